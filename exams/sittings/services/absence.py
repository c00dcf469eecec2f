"""缺考, and who may sit again: what becomes of a list once its window is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet

from exams.bank.types import TYPES
from exams.sittings.models import Attempt, Candidate, Exam, Outcome, Score, Sitting
from exams.sittings.services.candidates import Answer, add_candidates
from exams.sittings.services.starting import database_now
from exams.sittings.services.times import compensation_of, times_of
from lms.audit.services import record
from lms.people.models import Officer, User

State = Candidate.State
SYSTEM = "系统"
NOT_BEGUN = Q(attempt=None) | Q(attempt__state=Attempt.State.READY)
SELF_SERVICE = (Exam.Kind.CLOSING, Exam.Kind.PRACTICE)


def mark_absent(sitting: Sitting | None = None) -> int:
    """Everybody who was expected and never began, once his own time is over too. Answers how many."""
    now = database_now()
    rows = Candidate.objects.filter(NOT_BEGUN, state=State.EXPECTED, sitting__closes_at__lt=now)
    rows = rows.filter(exam__checked_at__isnull=False).exclude(exam__kind__in=SELF_SERVICE)
    if sitting:
        rows = rows.filter(sitting=sitting)
    missing = [one for one in rows.select_related("exam", "sitting", "hall") if _is_over(one, now)]
    marked: dict[int, list[int]] = {}
    for one in missing:
        marked.setdefault(one.sitting_id, []).append(one.pk)
    return sum(_mark(Sitting.objects.get(pk=pk), candidates) for pk, candidates in marked.items())


def _is_over(candidate: Candidate, now) -> bool:
    closes_at = times_of(candidate).closes_at
    return closes_at is not None and closes_at + compensation_of(candidate) < now  # type: ignore[operator]


@transaction.atomic
def _mark(sitting: Sitting, candidates: list[int]) -> int:
    """Whoever began in this very moment is held by his attempt's row and passed over."""
    begun = Attempt.objects.exclude(state=Attempt.State.READY).values("candidate")
    rows = Candidate.objects.filter(pk__in=candidates, state=State.EXPECTED).exclude(pk__in=begun)
    count = rows.update(state=State.ABSENT)
    if count:
        record("sittings.mark_absent", actor=SYSTEM, target=sitting, count=count)
    return count


@dataclass(frozen=True)
class Again:
    """Somebody who may sit once more, and why."""

    candidate: Candidate
    why: str


def resit_list(exam: Exam) -> list[Again]:
    """Of each officer's last turn: deferred, absent or failed, while he has turns left. A deferred turn was not used."""
    last = exam.candidates.order_by("officer_id", "-turn").distinct("officer_id")
    rows = Candidate.objects.filter(pk__in=last.values("pk")).select_related("officer__unit", "unit", "sitting")
    used = _turns_used(exam)
    failed = set(failing(exam).values_list("candidate", flat=True))
    found = []
    for one in rows.order_by("unit__path", "number"):
        why = _why(one, failed)
        if why and used.get(one.officer_id, 0) < exam.attempts:
            found.append(Again(one, why))
    return found


def _why(candidate: Candidate, failed: set[int]) -> str:
    if candidate.state != State.EXPECTED:
        return candidate.get_state_display()
    return "未通过" if candidate.pk in failed else ""


def _turns_used(exam: Exam) -> dict[int, int]:
    used: dict[int, int] = {}
    for officer in exam.candidates.exclude(state=State.DEFERRED).values_list("officer", flat=True):
        used[officer] = used.get(officer, 0) + 1
    return used


def failing(exam: Exam) -> QuerySet[Attempt]:
    """Under the line by what was released; before that by their marks, where machines mark all of the paper."""
    released = Outcome.objects.latest().filter(attempt__candidate__exam=exam, is_passed=False)
    under = Q(pk__in=released.exclude(cause=Outcome.Cause.VOID).values("attempt"))
    if is_objective(exam):
        latest = Score.objects.filter(attempt__candidate__exam=exam).latest().values("pk")
        below = Score.objects.filter(pk__in=latest, marks__lt=F("full") * exam.pass_percent / 100)
        under |= Q(pk__in=below.values("attempt"), outcomes=None)
    return Attempt.objects.filter(under, state=Attempt.State.SUBMITTED)


def is_objective(exam: Exam) -> bool:
    types = exam.blueprint.cells.values_list("type", flat=True)
    return all(TYPES[one].IS_OBJECTIVE for one in types)


@transaction.atomic
def open_resit(sitting: Sitting, officers: Sequence[Officer], *, actor: User) -> list[Answer]:
    """Another turn in a later window of the same exam, for those of the list who were chosen."""
    eligible = {one.candidate.officer_id: one.candidate for one in resit_list(sitting.exam)}
    if strangers := [str(one) for one in officers if one.pk not in eligible]:
        message = f"{'、'.join(strangers[:5])}不在可补考的名单上，请刷新后再选。"
        raise ValidationError(message, code="not_eligible")
    answers: list[Answer] = []
    for turn in sorted({one.turn for one in eligible.values()}):
        chosen = [one for one in officers if eligible[one.pk].turn == turn]
        if chosen:
            answers += add_candidates(sitting, chosen, actor=actor, turn=turn + 1)
    return answers
