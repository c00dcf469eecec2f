"""Making the scripts of an exam is a job with a page of its own."""

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.marking.services.preparing import has_questions, waiting
from exams.marking.services.terms import terms_today
from exams.sittings.models import Exam
from lms.jobs.models import Job
from lms.jobs.services import enqueue

PREPARE = "marking.prepare"


@transaction.atomic
def order_scripts(exam: Exam, *, actor) -> Job:
    """ValidationError "no_questions" | "no_rule" | "nobody" where everything handed in has its scripts."""
    if not has_questions(exam):
        raise ValidationError("本考试没有须由人评阅的题目，不必组织评卷。", code="no_questions")
    terms_today()
    count = waiting(exam).count()
    if not count:
        raise ValidationError("没有要生成的答卷：都已生成，或还没有人交卷。", code="nobody")
    return enqueue(
        PREPARE, actor=actor, unit=exam.unit, title=f"生成匿名答卷：{exam}", params={"exam": exam.pk}, total=count,
        key=str(exam.pk),
    )  # fmt: skip
