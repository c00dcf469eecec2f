"""When a candidate's time ends: one function for every way in, worked out at the start and nowhere else.

A person's own times go before his groups', these before the exam's; of several groups the most generous counts,
each value for itself. `None` is no limit at all, `INHERIT` says nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class Unsaid(Enum):
    INHERIT = "inherit"


INHERIT = Unsaid.INHERIT


@dataclass(frozen=True)
class EffectiveTimes:
    """When everybody has spoken: a moment, a length, or none."""

    closes_at: datetime | None
    limit: timedelta | None


@dataclass(frozen=True)
class Times:
    closes_at: datetime | Unsaid | None = INHERIT
    limit: timedelta | Unsaid | None = INHERIT


def effective_times(exam: Times, groups: Iterable[Times] = (), person: Times | None = None) -> EffectiveTimes:
    """The times that hold for one candidate; `exam` inherits from nobody."""
    several = list(groups)
    return EffectiveTimes(
        _first(_own(person, "closes_at"), _most_generous(each.closes_at for each in several), exam.closes_at),
        _first(_own(person, "limit"), _most_generous(each.limit for each in several), exam.limit),
    )


def deadline(
    times: Times | EffectiveTimes, started_at: datetime, compensation: timedelta = timedelta()
) -> datetime | None:
    """The earlier of window and limit, and what was given back on top; None where neither ends."""
    ends = [times.closes_at] if isinstance(times.closes_at, datetime) else []
    if isinstance(times.limit, timedelta):
        ends.append(started_at + times.limit)
    return min(ends) + compensation if ends else None


def _own(person: Times | None, name: str):
    return INHERIT if person is None else getattr(person, name)


def _first(*values):
    return next(value for value in values if value is not INHERIT)


def _most_generous(values):
    said = [value for value in values if value is not INHERIT]
    if not said:
        return INHERIT
    return None if None in said else max(said)
