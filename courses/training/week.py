"""A week of the calendar: rows of rooms or instructors, days of half-hours, sessions as blocks on them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

SLOT = 30
FIRST, LAST, EVENING = 8, 18, 21
SATURDAY = 5


@dataclass(frozen=True)
class Week:
    """`days` leave out a weekend without sessions; hours end at 18, or at 21 if something lasts longer."""

    monday: date
    last_hour: int = LAST
    length: int = SATURDAY

    @classmethod
    def of(cls, day: date, spans: Iterable = ()) -> "Week":
        monday = day - timedelta(days=day.weekday())
        local = [(timezone.localtime(span.lower), timezone.localtime(span.upper)) for span in spans]
        late = any(end.hour * 60 + end.minute > LAST * 60 for _, end in local)
        length = max([SATURDAY, *(begin.weekday() + 1 for begin, _ in local)])
        return cls(monday, EVENING if late else LAST, length)

    @property
    def begin(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.monday, time()))

    @property
    def end(self) -> datetime:
        return self.begin + timedelta(days=7)

    @property
    def days(self) -> list[date]:
        return [self.monday + timedelta(days=number) for number in range(self.length)]

    @property
    def hours(self) -> list[int]:
        return list(range(FIRST, self.last_hour, 2))

    @property
    def slots(self) -> int:
        return (self.last_hour - FIRST) * 60 // SLOT

    def place(self, during) -> tuple[int, int]:
        """(first slot, how many) of a stretch of time; what lies outside the hours is drawn at their edge."""
        begin, end = (_slot(moment) for moment in (during.lower, during.upper))
        first = min(max(int(begin), 0), self.slots - 1)
        return first, max(min(-int(-end // 1), self.slots) - first, 1)


def _slot(moment: datetime) -> float:
    local = timezone.localtime(moment)
    return ((local.hour - FIRST) * 60 + local.minute) / SLOT


class Known(NamedTuple):
    """What the reader of a calendar may: sessions seen, classes worked on, and seats taken by class."""

    seen: frozenset[int]
    worked_on: frozenset[int]
    seated: Mapping[int, int]


class Others(NamedTuple):
    """What places are booked for besides sessions, and which of it the reader may see."""

    bookings: Iterable
    seen: frozenset[int]


@dataclass
class Row:
    """A room or an instructor (None: sessions that still need one), with blocks by day."""

    resource: object | None
    days: dict[date, list[dict]] = field(default_factory=lambda: defaultdict(list))

    @property
    def pk(self) -> str:
        return str(self.resource.pk) if self.resource else ""  # type: ignore[attr-defined]


def block(session, week: Week, known: Known, by: str) -> dict:
    """Of a session the reader may not see there is only that the place is taken."""
    begin, end = timezone.localtime(session.during.lower), timezone.localtime(session.during.upper)
    first, span = week.place(session.during)
    shown = {"first": first, "span": span, "time": f"{begin:%H:%M}–{end:%H:%M}", "is_seen": session.pk in known.seen}
    if not shown["is_seen"]:
        return shown
    other = session.instructor and session.instructor.name if by == "venue" else session.venue
    row = session.training_class
    return shown | {
        "session": session, "row": row, "begin": f"{begin:%Y-%m-%dT%H:%M}", "other": other or "",
        "tone": "meeting" if row.is_meeting else row.layer.lower(), "is_movable": row.pk in known.worked_on,
        "seats": f"{known.seated.get(row.pk, 0)}/{row.capacity}",
    }  # fmt: skip


def booking_block(booking, week: Week, is_seen: bool) -> dict:
    """A request is drawn only for those who may see it; what is given is taken for everybody."""
    begin, end = timezone.localtime(booking.during.lower), timezone.localtime(booking.during.upper)
    first, span = week.place(booking.during)
    shown = {"first": first, "span": span, "time": f"{begin:%H:%M}–{end:%H:%M}", "is_seen": is_seen}
    return shown | ({"booking": booking, "is_asked": booking.state == "REQUESTED"} if is_seen else {})


def place_bookings(rows: Iterable[Row], others: Others, week: Week) -> None:
    """Beside the sessions of each day, in the order in which they begin."""
    by_pk = {row.pk: row for row in rows}
    for booking in others.bookings:
        row, is_seen = by_pk.get(str(booking.venue_id)), booking.pk in others.seen
        day = timezone.localtime(booking.during.lower).date()
        if row and day in row.days and (is_seen or booking.state == "CONFIRMED"):
            row.days[day].append(booking_block(booking, week, is_seen))
            row.days[day].sort(key=lambda one: one["first"])


def rows_of(resources: Iterable, sessions: Iterable, week: Week, known: Known, by: str) -> list[Row]:
    rows = {resource.pk if resource else None: Row(resource) for resource in resources}
    for session in sessions:
        row = rows.get(getattr(session, f"{by}_id"))
        if row:
            row.days[timezone.localtime(session.during.lower).date()].append(block(session, week, known, by))
    for row in rows.values():
        row.days = {day: row.days.get(day, []) for day in week.days}
    return list(rows.values())
