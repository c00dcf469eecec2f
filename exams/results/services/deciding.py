"""考试复核, the office's side: taken up and decided by somebody who had no part in what is questioned."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from exams.marking.models import Mark, Script
from exams.marking.rubric import full_marks
from exams.results.models import ExamAppeal, Finding
from exams.results.services.appeals import Kind, State, locked, standing_voiding
from exams.results.services.changing import change, latest_of
from exams.results.services.consequences import Decision
from exams.results.services.marks import marks_of
from exams.sittings.models import Attempt, Exam, Outcome
from exams.sittings.services.exams import lock_exam
from exams.sittings.services.incidents import reinstate
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import User

Result = ExamAppeal.Result
DECIDE = "results.decide_examappeal"


def involved(appeal: ExamAppeal, user: User) -> str:
    """Why somebody may not decide an appeal; "" where he may."""
    attempt = appeal.attempt
    if attempt.candidate.officer.user_id == user.pk:
        return "本人的复核不能由本人决定。"
    marks = Mark.objects.filter(script__attempt=attempt, marker=user)
    if appeal.slot is not None:
        marks = marks.filter(script__slot=appeal.slot)
    if appeal.kind != Kind.VIOLATION and marks.exists():
        return "您评过这份答卷，请由没有评过的人复核。"
    if appeal.kind == Kind.VIOLATION and _decided(attempt, user):
        return "您参与过这项处理，请由没有参与的人复核。"
    return ""


def _decided(attempt: Attempt, user: User) -> bool:
    mine = Q(made_by=user) | Q(checked_by=user)
    reported = attempt.candidate.incidents.filter(reported_by=user).exists()
    of_exam = attempt.candidate.exam.voidings.filter(Q(attempt=attempt) | Q(attempt=None))
    return reported or attempt.candidate.voidings.filter(mine).exists() or of_exam.filter(mine).exists()


@transaction.atomic
def accept(appeal: ExamAppeal, *, actor) -> ExamAppeal:
    """Taken up by who will decide it."""
    appeal = locked(appeal)
    if appeal.state != State.FILED:
        raise ValidationError("这项复核已经受理或已有结果。", code="wrong_state")
    _refuse_involved(appeal, actor)
    appeal.state, appeal.handler, appeal.accepted_at = State.ACCEPTED, actor, timezone.now()
    appeal.save(update_fields=["state", "handler", "accepted_at"])
    record("results.accept_appeal", actor=actor, target=appeal)
    return appeal


def _refuse_involved(appeal: ExamAppeal, actor) -> None:
    if why := involved(appeal, actor):
        raise ValidationError(why, code="involved")


def _taken_up(appeal: ExamAppeal, actor) -> tuple[Exam, ExamAppeal]:
    """Locked in the order everybody locks: the exam, then what belongs to it."""
    exam = lock_exam(appeal.attempt.candidate.exam)
    appeal = locked(appeal)
    if appeal.state != State.ACCEPTED:
        raise ValidationError("这项复核还没有受理，或已有结果。", code="wrong_state")
    if appeal.handler_id != actor.pk:
        raise ValidationError("由受理人决定。要换人的，请受理人先退回。", code="not_handler")
    _refuse_involved(appeal, actor)
    return exam, appeal


@transaction.atomic
def hand_back(appeal: ExamAppeal, *, actor) -> ExamAppeal:
    """The handler leaves it to another."""
    _, appeal = _taken_up(appeal, actor)
    appeal.state, appeal.handler, appeal.accepted_at = State.FILED, None, None
    appeal.save(update_fields=["state", "handler", "accepted_at"])
    record("results.hand_back_appeal", actor=actor, target=appeal)
    return appeal


@dataclass(frozen=True)
class Worth:
    """What a question is worth now, in its machine's or its markers' part."""

    slot: int
    is_by_hand: bool
    full: Decimal
    marks: Decimal


def worths(attempt: Attempt) -> list[Worth]:
    """Every part that a finding may change, with what it counts now; what was excluded is left out."""
    score = attempt.scores.order_by("-number").first()
    given = score.by_slot if score else {}
    scripts = dict(Script.objects.filter(attempt=attempt).values_list("slot", "final"))
    found = {(one.slot, one.is_by_hand): one.marks for one in _findings_of(attempt)}
    rows = []
    for item in attempt.paper.items.order_by("slot"):
        by_hand = full_marks(item.content, item.marks)
        parts = {False: (item.marks - by_hand, given.get(str(item.slot))), True: (by_hand, scripts.get(item.slot))}
        for is_by_hand, (full, marks) in parts.items():
            if full and marks is not None:
                now = found.get((item.slot, is_by_hand), Decimal(marks))
                rows.append(Worth(item.slot, is_by_hand, full, now))
    return rows


def _findings_of(attempt: Attempt):
    return Finding.objects.filter(appeal__attempt=attempt).order_by("appeal__decided_at", "pk")


@transaction.atomic
def decide_marks(appeal: ExamAppeal, findings: list[Finding], *, actor, reply: str) -> ExamAppeal:
    """New marks of some parts, or none: the result follows from their sum and may be lower than before."""
    exam, appeal = _taken_up(appeal, actor)
    if appeal.kind == Kind.VIOLATION:
        raise ValidationError("违纪处理申诉不改分数。", code="wrong_kind")
    attempt = appeal.attempt
    was = latest_of([attempt])[attempt.pk]
    if was.is_void:
        raise ValidationError("这份答卷的成绩已作废，先办理违纪处理申诉。", code="void")
    _check_findings(attempt, findings)
    appeal.decided_at = timezone.now()
    for one in findings:
        one.appeal = appeal
    # In this order: marks_of sorts findings by the moment of their appeal.
    ExamAppeal.objects.filter(pk=appeal.pk).update(
        state=State.DECIDED, decided_at=appeal.decided_at, result=Result.KEPT, reply=reply
    )
    Finding.objects.bulk_create(findings)
    marks = marks_of(exam, [attempt])[attempt.pk]
    appeal.result, appeal.outcome = _direction(was.marks, marks.total), None
    if (marks.objective, marks.by_hand) != (was.objective, was.by_hand):
        wanted = marks.outcome(attempt.pk, was.number + 1, Outcome.Cause.APPEAL, reply[:300])
        appeal.outcome = change(exam, [attempt], [wanted], Decision(reply, actor)).made[0]
    return _close(appeal, actor, reply)


def _direction(before: Decimal, now: Decimal) -> str:
    if now == before:
        return Result.KEPT
    return Result.RAISED if now > before else Result.LOWERED


def _check_findings(attempt: Attempt, findings: list[Finding]) -> None:
    known = {(one.slot, one.is_by_hand): one for one in worths(attempt)}
    for one in findings:
        worth = known.get((one.slot, one.is_by_hand))
        if worth is None:
            raise ValidationError(f"第{one.slot}题没有这一部分。", code="no_question")
        if not 0 <= one.marks <= worth.full:
            raise ValidationError(f"第{one.slot}题应在0至{worth.full}分之间。", code="range")


@transaction.atomic
def decide_violation(appeal: ExamAppeal, *, actor, is_lifted: bool, reply: str) -> ExamAppeal:
    """Lifted, an attempt voided in the hall counts again and waits for the next release; a voided result is restored."""
    exam, appeal = _taken_up(appeal, actor)
    if appeal.kind != Kind.VIOLATION:
        raise ValidationError("这项复核不是违纪处理申诉。", code="wrong_kind")
    appeal.result, appeal.outcome, appeal.decided_at = Result.KEPT, None, timezone.now()
    if is_lifted:
        appeal.result = Result.LIFTED
        if voiding := standing_voiding(appeal.attempt):
            reinstate(voiding, actor=actor, reason=reply)
        else:
            appeal.outcome = _restored(exam, appeal.attempt, actor, reply)
    return _close(appeal, actor, reply)


def _restored(exam: Exam, attempt: Attempt, actor, reply: str) -> Outcome:
    was = latest_of([attempt])[attempt.pk]
    if not was.is_void:
        raise ValidationError("这份答卷没有作废。", code="not_void")
    wanted = marks_of(exam, [attempt])[attempt.pk].outcome(
        attempt.pk, was.number + 1, Outcome.Cause.APPEAL, reply[:300]
    )
    return change(exam, [attempt], [wanted], Decision(reply, actor)).made[0]


def _close(appeal: ExamAppeal, actor, reply: str) -> ExamAppeal:
    appeal.state, appeal.reply = State.DECIDED, reply
    appeal.save(update_fields=["state", "decided_at", "result", "reply", "outcome"])
    record("results.decide_appeal", actor=actor, target=appeal, result=str(appeal.result))
    candidate = appeal.attempt.candidate
    notify(
        [candidate.officer.user], title=f"“{candidate.exam.title}”复核有结果"[:80],
        body=f"{appeal.get_kind_display()}：{appeal.get_result_display()}。{reply}",
        link=reverse("results:appeal", args=[appeal.pk]), once_key=f"results.appeal:{appeal.pk}",
    )  # fmt: skip
    return appeal
