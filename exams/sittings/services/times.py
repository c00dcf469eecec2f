"""The times of one candidate, out of what is kept about him, his groups and his exam."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from exams.sittings.deadline import INHERIT, EffectiveTimes, Times, deadline, effective_times
from exams.sittings.models import Candidate, Compensation, TimeOverride
from lms.kit.prepared import Prepared

NOWHERE = 0


def compensations_of(candidate: Candidate) -> QuerySet[Compensation]:
    """What was granted to a candidate himself, to his hall and to his whole sitting."""
    return _granted(candidate.pk, candidate.hall_id or NOWHERE, candidate.sitting_id)


def _granted(candidate: int, hall: int, sitting: int) -> QuerySet[Compensation]:
    for_him = Q(candidate=candidate) | Q(candidate=None, hall=None) | Q(hall=hall)
    return Compensation.objects.granted().filter(for_him, sitting=sitting)


def _minutes_granted(candidate: int, hall: int, sitting: int):
    return _granted(candidate, hall, sitting).order_by().values_list("minutes")


def _overrides(candidate: int, exam: int):
    mine = Q(candidate=candidate) | Q(group__members=candidate)
    return TimeOverride.objects.in_force().filter(mine, exam=exam)


_MINUTES, _OVERRIDES = Prepared(_minutes_granted), Prepared(_overrides)


def compensation_of(candidate: Candidate) -> timedelta:
    return timedelta(
        minutes=sum(
            minutes for (minutes,) in _MINUTES(candidate.pk, candidate.hall_id or NOWHERE, candidate.sitting_id)
        )
    )


def times_of(candidate: Candidate) -> EffectiveTimes:
    """The window and the limit of a candidate, before anything is given back."""
    exam, sitting = candidate.exam, candidate.sitting
    overrides = _OVERRIDES(candidate.pk, exam.pk)
    person = next((_said(one) for one in overrides if one.candidate_id), None)
    groups = [_said(one) for one in overrides if one.group_id]
    return effective_times(Times(sitting.closes_at, _minutes(exam.limit_minutes)), groups, person)


def deadline_of(candidate: Candidate, started_at: datetime) -> datetime | None:
    return deadline(times_of(candidate), started_at, compensation_of(candidate))


def _minutes(minutes: int | None) -> timedelta | None:
    return timedelta(minutes=minutes) if minutes else None


def _said(override: TimeOverride) -> Times:
    closes_at = None if override.is_open_ended else override.closes_at or INHERIT
    limit = INHERIT if override.limit_minutes is None else _minutes(override.limit_minutes)
    return Times(closes_at, limit)
