from django.urls import reverse

from exams.sittings.models import Attempt, Exam
from exams.sittings.services.ordering import PREPARE, REGRADE, waiting
from exams.sittings.services.preparing import prepare
from exams.sittings.services.scoring import regrade
from lms.jobs.registry import register
from lms.jobs.running import Running

AT_ONCE = 50


@register(PREPARE, "备卷")
def prepare_all(job: Running) -> None:
    """Whoever has an attempt is passed over: any number of runs gives each exactly one."""
    exam = Exam.objects.select_related("unit", "blueprint", "made_by", "checked_by").get(pk=job.params["exam"])
    candidates = list(waiting(exam))
    for start in range(0, len(candidates), AT_ONCE):
        if job.should_stop():
            return
        chunk = candidates[start : start + AT_ONCE]
        prepare(exam, chunk)
        job.advance(len(chunk))
    ready = Attempt.objects.filter(candidate__exam=exam).count()
    job.result({"已备卷": ready, "考生": exam.candidates.count()}, link=reverse("exam:inspect", args=[exam.pk]))


@register(REGRADE, "重新计分")
def regrade_all(job: Running) -> None:
    report = regrade(Exam.objects.select_related("unit").get(pk=job.params["exam"]), actor=job.actor)
    job.advance(report.looked_at)
    changed = len(report.differences)
    job.result({"重算": report.looked_at, "有变化": changed}, link=reverse("regrade:inspect", args=[report.pk]))
