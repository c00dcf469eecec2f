"""What a candidate is told before he begins, by the database's clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q

from exams.sittings.deadline import deadline
from exams.sittings.models import Attempt, Candidate, Exam
from exams.sittings.services.starting import database_now
from exams.sittings.services.times import compensation_of, times_of

SPREAD = 4_000  # milliseconds over which those of one window begin
SOON, SHOWN = timedelta(days=14), 3
SELF_SERVICE = (Exam.Kind.CLOSING, Exam.Kind.PRACTICE)


@dataclass(frozen=True)
class Room:
    """The times of one candidate as they stand now. `limit` and `closes_at` are None where there is none."""

    now: datetime
    opens_at: datetime
    closes_at: datetime | None
    limit: timedelta | None
    entry_until: datetime | None
    given_back: timedelta

    @property
    def is_open(self) -> bool:
        return self.opens_at <= self.now and not self.is_over

    @property
    def is_over(self) -> bool:
        return self.closes_at is not None and self.now >= self.closes_at

    @property
    def is_shut(self) -> bool:
        """Begun too long ago for anybody else to enter."""
        return self.entry_until is not None and self.now > self.entry_until

    @property
    def left(self) -> timedelta | None:
        """What somebody would have who began now, or at the opening."""
        start = max(self.now, self.opens_at)
        ends = [] if self.closes_at is None else [self.closes_at - start]
        if self.limit is not None:
            ends.append(self.limit + self.given_back)
        return min(ends) if ends else None

    @property
    def full(self) -> timedelta | None:
        return None if self.limit is None else self.limit + self.given_back

    @property
    def is_short(self) -> bool:
        return self.left is not None and self.full is not None and self.left < self.full

    @property
    def short_after(self) -> datetime | None:
        """Whoever begins later than this gets less than the full time."""
        if self.closes_at is None or self.full is None:
            return None
        latest = self.closes_at - self.full
        return latest if latest > max(self.now, self.opens_at) else None


def room_of(candidate: Candidate) -> Room:
    exam, opens_at = candidate.exam, candidate.sitting.opens_at
    times, given_back = times_of(candidate), compensation_of(candidate)
    closes_at = deadline(replace(times, limit=None), opens_at, given_back)
    entry = None if exam.entry_minutes is None else opens_at + timedelta(minutes=exam.entry_minutes)
    return Room(database_now(), opens_at, closes_at, times.limit, entry, given_back)  # type: ignore[arg-type]


def jitter_of(candidate: Candidate) -> int:
    """Milliseconds after the opening at which his device begins: the same each time, another for each."""
    return candidate.pk * 2_654_435_761 % SPREAD


def soon(officer, now: datetime) -> list[Candidate]:
    """Exams under way and to come, the first one first."""
    rows = Candidate.objects.filter(officer=officer, exam__checked_at__isnull=False, state=Candidate.State.EXPECTED)
    rows = rows.filter(sitting__opens_at__lt=now + SOON).exclude(sitting__closes_at__lt=now - timedelta(hours=1))
    rows = rows.exclude(attempt__state__in=[Attempt.State.SUBMITTED, Attempt.State.VOID])
    rows = rows.filter(~Q(exam__kind__in=SELF_SERVICE) | Q(attempt__state=Attempt.State.OPEN))
    return list(rows.select_related("exam", "sitting", "hall", "attempt").order_by("sitting__opens_at", "pk")[:SHOWN])
