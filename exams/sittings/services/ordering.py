"""Long work of an exam as jobs with a page of their own: preparing everybody's paper, scoring everybody again."""

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.sittings.models import Attempt, Candidate, Exam
from lms.jobs.models import Job
from lms.jobs.services import enqueue

PREPARE, REGRADE = "sittings.prepare", "sittings.regrade"


def waiting(exam: Exam):
    """Expected candidates without an attempt, in the order of their numbers."""
    return exam.candidates.filter(attempt=None, state=Candidate.State.EXPECTED).order_by("number")


@transaction.atomic
def order_preparing(exam: Exam, *, actor) -> Job:
    """Papers and attempts for whoever has none yet: again after late additions, any number of times."""
    if not exam.is_checked:
        raise ValidationError("考试还没有发布，不能备卷。请先由另一人发布。", code="not_published")
    count = waiting(exam).count()
    if not count:
        raise ValidationError("没有要备卷的考生：都已备好，或还没有安排考生。", code="nobody")
    return enqueue(
        PREPARE, actor=actor, unit=exam.unit, title=f"备卷：{exam}", params={"exam": exam.pk}, total=count,
        key=str(exam.pk),
    )  # fmt: skip


@transaction.atomic
def order_regrading(exam: Exam, *, actor) -> Job:
    """Everything handed in is scored again by the corrections in force; what changed is a report."""
    if not exam.corrections.in_force().exists():
        raise ValidationError("没有已复核的答案更正，重新计分不会有变化。", code="no_correction")
    handed_in = Attempt.objects.filter(candidate__exam=exam, state=Attempt.State.SUBMITTED).count()
    if not handed_in:
        raise ValidationError("还没有交卷的考生。", code="nobody")
    return enqueue(
        REGRADE, actor=actor, unit=exam.unit, title=f"重新计分：{exam}", params={"exam": exam.pk}, total=handed_in,
        key=str(exam.pk),
    )  # fmt: skip
