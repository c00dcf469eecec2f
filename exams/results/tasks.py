from django.urls import reverse

from exams.results.models import Release
from exams.results.services.following import CHUNK, certify, tell
from exams.results.services.releasing import FOLLOW
from exams.sittings.models import Attempt
from lms.jobs.registry import register
from lms.jobs.running import Running


@register(FOLLOW, "成绩通知和合格证书")
def follow(job: Running) -> None:
    release = Release.objects.select_related("exam__unit", "rule_version").get(pk=job.params["release"])
    rows = Attempt.objects.filter(released__release=release).select_related("candidate__officer__user").order_by("pk")
    attempts = list(rows)
    for start in range(0, len(attempts), CHUNK):
        if job.should_stop():
            return
        chunk = attempts[start : start + CHUNK]
        tell(release, chunk)
        held = certify(release.exam, chunk, actor=job.actor)
        for what, why in held:
            job.advance(held={"what": what, "why": why})
        job.advance(len(chunk) - len(held))
    job.result({"已通知": len(attempts), "未发证": job.held}, link=reverse("release:inspect", args=[release.pk]))
