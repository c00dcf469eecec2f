"""A hall as its invigilator sees it: who is there, who is not, and how far. Never an answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from exams.sittings.models import Answer, Attempt, Candidate, Hall, Signal
from exams.sittings.services.starting import database_now, lock_attempt
from exams.sittings.services.submitting import How, close
from lms.audit.services import record

SILENT = timedelta(seconds=40)  # two beats and a little
ABSENT, READY, WRITING, OFFLINE, DONE, VOID = "absent", "ready", "writing", "offline", "done", "void"


@dataclass(frozen=True)
class Seat:
    """One place of a hall. `answered` counts questions, `minutes` what was given back, `signals` what devices told."""

    candidate: Candidate
    state: str
    answered: int
    total: int
    seen_at: datetime | None
    minutes: int
    signals: int


def seats_of(candidates: QuerySet[Candidate], now: datetime) -> list[Seat]:
    """However many candidates: a handful of queries."""
    rows = list(
        candidates.select_related("officer", "hall", "attempt__presence", "attempt__paper")
        .annotate(
            answered=_count_of(Answer.objects.exclude(payload=None)),
            told=_count_of(Signal.objects.all()),
            last_saved=Subquery(
                Answer.objects.filter(attempt__candidate=OuterRef("pk"))
                .order_by("-received_at")
                .values("received_at")[:1]
            ),
            questions=Count("attempt__paper__items", distinct=True),
            own_minutes=Coalesce(Sum("compensations__minutes", distinct=True, filter=_granted()), 0),
        )
        .order_by("hall_id", "seat", "number")
    )
    return [_seat(one, now) for one in rows]


def _granted() -> Q:
    return Q(compensations__checked_at__isnull=False, compensations__refused_at=None)


def _count_of(rows: QuerySet) -> Coalesce:
    counted = rows.filter(attempt__candidate=OuterRef("pk")).order_by().values("attempt").annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n")), 0)


def _seat(candidate, now: datetime) -> Seat:
    attempt = getattr(candidate, "attempt", None)
    presence = getattr(attempt, "presence", None)
    heard = [moment for moment in (presence and presence.seen_at, candidate.last_saved) if moment]
    seen_at = max(heard, default=attempt.started_at if attempt else None)
    return Seat(
        candidate, state_of(candidate, attempt, seen_at, now), candidate.answered, candidate.questions, seen_at,
        candidate.own_minutes, candidate.told,
    )  # fmt: skip


def state_of(candidate: Candidate, attempt: Attempt | None, seen_at: datetime | None, now: datetime) -> str:
    if attempt is None or attempt.state == Attempt.State.READY:
        return READY if candidate.state == Candidate.State.EXPECTED else ABSENT
    if attempt.state == Attempt.State.VOID:
        return VOID
    if attempt.state == Attempt.State.SUBMITTED:
        return DONE
    return OFFLINE if seen_at is None or now - seen_at > SILENT else WRITING


@transaction.atomic
def collect(attempt: Attempt, *, actor, reason: str):
    """收卷 by the invigilator, whenever it has to be; what is stored counts."""
    attempt = lock_attempt(attempt.pk)
    if attempt.state != Attempt.State.OPEN:
        raise ValidationError("该考生没有在作答，不能收卷。", code="not_open")
    record("sittings.collect", actor=actor, target=attempt, reason=reason)
    return close(attempt, How.INVIGILATOR, database_now())


@transaction.atomic
def move_seat(candidate: Candidate, hall: Hall, seat: int, *, actor, reason: str) -> Candidate:
    """换座: to a free seat, or in exchange with whoever sits there. Paper, answers and time go along."""
    if not 0 < seat <= hall.seats:
        raise ValidationError(f"座位号应在1至{hall.seats}之间。", code="no_such_seat")
    if hall.sitting_id != candidate.sitting_id:
        raise ValidationError("只能换到同一场次的考场。", code="other_sitting")
    rows = Candidate.objects.select_for_update(of=("self",)).order_by("pk")
    locked = {one.pk: one for one in rows.filter(Q(pk=candidate.pk) | Q(hall=hall, seat=seat))}
    mover = locked.pop(candidate.pk)
    left = mover.hall, mover.seat
    for other in locked.values():
        _sit(mover, None, None)
        _sit(other, *left)
    _sit(mover, hall, seat)
    others = [one.pk for one in locked.values()]
    record(
        "sittings.move_seat",
        actor=actor,
        target=mover,
        reason=reason,
        left=left[1],
        seat=seat,
        hall=hall.pk,
        others=others,
    )
    return mover


def _sit(candidate: Candidate, hall: Hall | None, seat: int | None) -> None:
    candidate.hall, candidate.seat = hall, seat
    candidate.save(update_fields=["hall", "seat"])
