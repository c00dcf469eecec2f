"""The times of one candidate, out of what is kept about him, his groups and his exam."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from exams.sittings.deadline import INHERIT, EffectiveTimes, Times, deadline, effective_times
from exams.sittings.models import Candidate, Compensation, TimeOverride


def compensations_of(candidate: Candidate) -> QuerySet[Compensation]:
    """What was granted to a candidate himself, to his hall and to his whole sitting."""
    for_him = Q(candidate=candidate) | Q(candidate=None, hall=None)
    if candidate.hall_id:
        for_him |= Q(hall=candidate.hall_id)
    return Compensation.objects.granted().filter(for_him, sitting=candidate.sitting_id)


def compensation_of(candidate: Candidate) -> timedelta:
    return timedelta(minutes=sum(compensations_of(candidate).values_list("minutes", flat=True)))


def times_of(candidate: Candidate) -> EffectiveTimes:
    """The window and the limit of a candidate, before anything is given back."""
    exam, sitting = candidate.exam, candidate.sitting
    own = TimeOverride.objects.in_force().filter(Q(candidate=candidate) | Q(group__members=candidate), exam=exam)
    overrides = list(own)
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
