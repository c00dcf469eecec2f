"""考试作废: results, ledger and certificates of passing together, in one transaction or not at all."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.results.models import ExamVoiding
from exams.results.services.changing import add_versions, latest_of, take_back
from exams.results.services.consequences import Decision
from exams.sittings.models import Attempt, Exam, Outcome
from exams.sittings.services.exams import lock_exam
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.notices.services import notify


def standing(exam: Exam, attempt: Attempt | None) -> list[Attempt]:
    """Released and not void yet: those of the exam, or the one."""
    rows = Outcome.objects.latest().filter(attempt__candidate__exam=exam).exclude(cause=Outcome.Cause.VOID)
    if attempt:
        rows = rows.filter(attempt=attempt)
    attempts = Attempt.objects.filter(pk__in=rows.values("attempt")).order_by("pk")
    return list(attempts.select_related("candidate__officer__user", "candidate__exam", "candidate__unit"))


@transaction.atomic
def propose_voiding(exam: Exam, *, actor, reason: str, attempt: Attempt | None = None) -> ExamVoiding:
    """ValidationError "nothing" where nothing is released, "pending" or "self_service"."""
    exam = lock_exam(exam)
    if exam.is_self_service:
        raise ValidationError("课程测验和模拟考试不办理整场作废。", code="self_service")
    if not standing(exam, attempt):
        raise ValidationError("没有已发布的有效成绩。发布以前的作废，请按考场记录办理。", code="nothing")
    if ExamVoiding.objects.waiting().filter(exam=exam).exists():
        raise ValidationError("这场考试已有一项作废待复核。", code="pending")
    voiding = ExamVoiding(exam=exam, attempt=attempt, reason=reason, made_by=actor)
    voiding.full_clean(exclude=["made_by"])
    voiding.save()
    record("results.propose_voiding", actor=actor, target=voiding, exam=exam.pk, reason=reason)
    return voiding


@transaction.atomic
def void_exam(voiding: ExamVoiding, *, actor) -> ExamVoiding:
    """By a second person. Every result gets a void version; credits are reversed, certificates revoked, the rest listed."""
    exam = lock_exam(voiding.exam)
    if ExamVoiding.objects.get(pk=voiding.pk).refused_at:
        raise ValidationError("这项作废已不予办理。", code="refused")
    voiding = check_by_second_person(voiding, actor, action="results.void_exam", reason=voiding.reason)
    attempts = standing(exam, voiding.attempt)
    if not attempts:
        raise ValidationError("没有已发布的有效成绩。", code="nothing")
    decision = Decision(voiding.reason, voiding.made_by, actor)
    before = latest_of(attempts)
    made = add_versions(attempts, [_void(before[one.pk], voiding.reason) for one in attempts])
    followed = take_back(made, decision)
    voiding.done = {"results": len(made), **followed}
    voiding.save(update_fields=["done"])
    record("results.voided", actor=actor, target=voiding, **voiding.done)
    tell(voiding, attempts)
    return voiding


def _void(last: Outcome, reason: str) -> Outcome:
    return Outcome(
        attempt_id=last.attempt_id, number=last.number + 1, objective=0, by_hand=0, full=last.full,
        pass_marks=last.pass_marks, is_passed=False, cause=Outcome.Cause.VOID, reason=reason,
    )  # fmt: skip


def tell(voiding: ExamVoiding, attempts: list[Attempt]) -> None:
    """In the same transaction: nobody hears of a voiding that did not happen."""
    link = reverse("results:result", args=[attempts[0].candidate_id]) if len(attempts) == 1 else reverse("results:mine")
    notify(
        [one.candidate.officer.user for one in attempts], title=f"“{voiding.exam.title}”成绩已作废"[:80],
        body=f"理由：{voiding.reason}由此取得的学分和合格证书一并撤销。如有异议，可以申请复核。", link=link,
        once_key=f"results.void:{voiding.pk}",
    )  # fmt: skip


@transaction.atomic
def refuse_voiding(voiding: ExamVoiding, *, actor, reason: str) -> ExamVoiding:
    rows = ExamVoiding.objects.filter(pk=voiding.pk, checked_by=None, refused_at=None)
    if not rows.update(refused_at=timezone.now()):
        raise ValidationError("这项作废已有决定。", code="decided")
    record("results.refuse_voiding", actor=actor, target=voiding, reason=reason)
    voiding.refresh_from_db()
    return voiding
