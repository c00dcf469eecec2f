from django.urls import reverse

from exams.sittings.models import Exam
from exams.statistics.services.analysing import analyse
from exams.statistics.services.gathering import gather, source_of
from exams.statistics.services.ordering import ANALYSE
from lms.jobs.registry import register
from lms.jobs.running import Running


@register(ANALYSE, "考试分析")
def analyse_all(job: Running) -> None:
    """Nothing is written before everything is read: a run that is stopped leaves nothing behind."""
    source = source_of(Exam.objects.select_related("unit", "blueprint").get(pk=job.params["exam"]))
    people = []
    for chunk in gather(source):
        if job.should_stop():
            return
        people += chunk
        job.advance(len(chunk))
    analysis = analyse(source, people, actor=job.actor, source_key=f"job:{job.job.pk}")
    job.result(
        {"答卷": analysis.people, "试题": analysis.items, "待审看": analysis.weak},
        link=reverse("itemanalysis:inspect", args=[analysis.pk]),
    )
