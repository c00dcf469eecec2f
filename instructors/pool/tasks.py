from django.core.exceptions import ValidationError
from django.urls import reverse

from instructors.pool.services.reviews import KIND, count_review, to_review, year_terms
from lms.jobs.registry import register
from lms.jobs.running import Running
from lms.people.models import OrgUnit


@register(KIND, "师资年度考评")
def review_year(job: Running) -> None:
    """One after the other; those decided in an earlier run are passed over by the service."""
    year, unit = job.params["year"], OrgUnit.objects.get(pk=job.params["unit"])
    terms = year_terms(year)
    rows = to_review(year, unit, terms).select_related("officer__user", "unit")
    job.set_total(rows.count())
    counts = {"达标，已续聘": 0, "达标，聘期未满": 0, "不达标，待决定": 0}
    for instructor in rows.iterator(chunk_size=200):
        if job.should_stop():
            return
        if instructor.officer and instructor.officer.user_id == job.actor.pk:
            job.advance(held={"what": str(instructor), "why": "本人的考评请由他人办理"})
            continue
        try:
            row = count_review(instructor, terms, actor=job.actor)
        except ValidationError as refusal:
            job.advance(held={"what": str(instructor), "why": " ".join(refusal.messages)})
            continue
        key = {"RENEWED": "达标，已续聘", "KEPT": "达标，聘期未满"}.get(row.decision, "不达标，待决定")
        counts[key] += 1
        job.advance()
    job.result(counts, link=f"{reverse('yearreview:index')}?year={year}&open=yes")
