"""An analysis is long work: a job with a page of its own."""

from django.db import transaction

from exams.sittings.models import Exam
from exams.sittings.services.correcting import refuse_running
from exams.statistics.services.analysing import rule_in_force
from exams.statistics.services.gathering import handed_in, source_of
from lms.jobs.models import Job
from lms.jobs.services import enqueue

ANALYSE, RIGHT = "statistics.analyse", "statistics.analyse_exam"


@transaction.atomic
def order_analysis(exam: Exam, *, actor) -> Job:
    """Refused while somebody still sits it, while anything is unscored, and where nobody handed in."""
    exam = Exam.objects.select_related("unit", "blueprint").get(pk=exam.pk)
    refuse_running(exam)
    rule_in_force()
    source_of(exam)
    return enqueue(
        ANALYSE, actor=actor, unit=exam.unit, title=f"考试分析：{exam}", params={"exam": exam.pk},
        total=handed_in(exam).count(), key=str(exam.pk),
    )  # fmt: skip
