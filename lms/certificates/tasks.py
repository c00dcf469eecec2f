from django.core.exceptions import ValidationError
from django.urls import reverse

from lms.certificates.entitlement import provider_of
from lms.certificates.services.batches import KIND
from lms.certificates.services.issuing import document_of, issue
from lms.jobs.registry import register
from lms.jobs.running import Running


@register(KIND, "批量发证")
def issue_all(job: Running) -> None:
    """Every step finds what an earlier run has done, so any number of runs makes one certificate each."""
    made = 0
    for key in job.params["keys"]:
        if job.should_stop():
            return
        try:
            document_of(issue(key, actor=job.actor))
            made += 1
            job.advance()
        except ValidationError as refusal:
            job.advance(held={"what": provider_of(key).holder(key), "why": " ".join(refusal.messages)})
    job.result({"已发证": made, "未发": job.held}, link=reverse("certificate:index"))
