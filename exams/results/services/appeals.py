"""考试复核, the candidate's side: what he may question, until when, and taking it back."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.results.models import ExamAppeal
from exams.results.terms import last_day, version_on
from exams.sittings.models import Attempt, Voiding
from lms.audit.services import record

Kind, State = ExamAppeal.Kind, ExamAppeal.State
OF_THE_OFFICE = ["handler", "accepted_at", "decided_at", "outcome"]


@dataclass(frozen=True)
class Window:
    """`last` is the last day; closed where there is nothing of this kind to question."""

    kind: str
    last: date | None
    is_open: bool

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


def windows_of(attempt: Attempt) -> list[Window]:
    return [_window(attempt, kind) for kind in Kind.values]


def _window(attempt: Attempt, kind: str) -> Window:
    told = _told_at(attempt, kind)
    if told is None:
        return Window(kind, None, is_open=False)
    told_at, version = told
    last = last_day(version or version_on(timezone.localdate(told_at)), kind, told_at)
    return Window(kind, last, is_open=timezone.localdate() <= last)


def _told_at(attempt: Attempt, kind: str):
    """When what can be questioned was told, with the rule of that day where it was kept."""
    latest = attempt.outcomes.latest().first()
    if kind == Kind.VIOLATION:
        voiding = standing_voiding(attempt)
        if voiding:
            return voiding.checked_at, None
        return (latest.made_at, None) if latest and latest.is_void else None
    released = getattr(attempt, "released", None)
    if released is None or latest is None or latest.is_void:
        return None
    return released.release.checked_at, released.release.rule_version


def standing_voiding(attempt: Attempt) -> Voiding | None:
    """The decision of the hall, before release, by which the attempt is void."""
    return attempt.candidate.voidings.filter(checked_at__isnull=False, refused_at=None).first()


@transaction.atomic
def file_appeal(appeal: ExamAppeal, *, actor, accepts_lower: bool) -> ExamAppeal:
    """ValidationError "not_told", "too_late", "no_question", "not_acknowledged" or "pending"."""
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=appeal.attempt_id)
    if attempt.candidate.officer.user_id != actor.pk:
        raise ValidationError("只能由考生本人提出复核。", code="not_own")
    window = _window(attempt, appeal.kind)
    if window.last is None:
        raise ValidationError("没有可以按这一类复核的事项。", code="not_told")
    if not window.is_open:
        raise ValidationError(f"这一类复核的期限到{window.last:%Y年%-m月%-d日}为止，已经过了。", code="too_late")
    if appeal.kind != Kind.VIOLATION and not accepts_lower:
        raise ValidationError("请先确认：复核后分数可能升，也可能降。", code="not_acknowledged")
    _require_question(appeal, attempt)
    if attempt.appeals.open().filter(kind=appeal.kind, slot=appeal.slot).exists():
        raise ValidationError("这一事项已有复核在办理，请等结果。", code="pending")
    appeal.state = State.FILED
    appeal.full_clean(exclude=OF_THE_OFFICE)
    appeal.save()
    record("results.file_appeal", actor=actor, target=appeal, kind=str(appeal.kind), slot=appeal.slot)
    return appeal


def _require_question(appeal: ExamAppeal, attempt: Attempt) -> None:
    if appeal.kind == Kind.QUESTION and appeal.slot is None:
        raise ValidationError("试题异议请写明是第几题。", code="no_question")
    if appeal.slot is not None and not attempt.paper.items.filter(slot=appeal.slot).exists():
        raise ValidationError(f"试卷没有第{appeal.slot}题。", code="no_question")


@transaction.atomic
def withdraw(appeal: ExamAppeal, *, actor) -> ExamAppeal:
    appeal = locked(appeal)
    if appeal.attempt.candidate.officer.user_id != actor.pk:
        raise ValidationError("只能由考生本人撤回。", code="not_own")
    if appeal.state != State.FILED:
        raise ValidationError("复核已经受理，不能撤回。", code="wrong_state")
    appeal.state = State.WITHDRAWN
    appeal.save(update_fields=["state"])
    record("results.withdraw_appeal", actor=actor, target=appeal)
    return appeal


def locked(appeal: ExamAppeal) -> ExamAppeal:
    rows = ExamAppeal.objects.select_for_update(of=("self",)).select_related("attempt__candidate__exam__unit")
    return rows.get(pk=appeal.pk)
