"""Writes a year of the ledger as lines imported from the former 学籍 system: chained, and copied in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from lms.audit.canonical import field_text
from lms.audit.chain import GENESIS, row_hash
from lms.ledger.models import Entry, ImportedRecord, Obligation
from lms.ledger.services.posting import stream_of
from lms.people.models import Officer, OrgUnit
from lms.portal.demo.behaviour import Calendar, Line, lines_of
from lms.portal.demo.people import Person
from lms.rules.models import RuleVersion, TrainingKind

QUARTER_HOURS, QUARTER_CREDITS = Decimal("0.25"), Decimal("0.1")
AT = time(23, 30)
POSTED_BY = "学籍迁移"
RECORD_COLUMNS = (
    "id",
    "batch",
    "row_number",
    "officer_id",
    "source_key",
    "occurred_on",
    "title",
    "layer",
    "hours",
    "credits",
)
ENTRY_COLUMNS = ("id", *(Entry._meta.get_field(name).column for name in Entry.CHAINED), "row_hash")


@dataclass(frozen=True)
class Cast:
    """Everybody and everything the lines speak of."""

    units: dict[str, OrgUnit]
    officers: dict[str, Officer]
    obligations: dict[str, Obligation]
    declared: RuleVersion
    politics: RuleVersion


class Scribe:
    """Writes stream after stream, drawing the ids of both tables itself."""

    def __init__(self, cast: Cast, year: int):
        self.cast, self.year = cast, year
        self.records = self.entries = 0
        self._hours = {n: field_text(Entry._meta.get_field("hours"), n * QUARTER_HOURS) for n in range(-4, 5)}
        self._credits = {n: field_text(Entry._meta.get_field("credits"), n * QUARTER_CREDITS) for n in range(-4, 5)}
        self._quantities = {
            n: field_text(Entry._meta.get_field("quantity"), {"hours": self._hours[n], "credits": self._credits[n]})
            for n in range(5)
        }

    def write(self, stream: str, lines: Sequence[tuple[Line, OrgUnit]]) -> int:
        """One stream's lines, which are in the order of posting."""
        first = self.records
        with connection.cursor() as cursor:
            with cursor.copy(_copy(ImportedRecord, RECORD_COLUMNS)) as copy:
                for line, _ in lines:
                    if not line.reverses:
                        copy.write_row(self._record(line))
            self.records = first
            with cursor.copy(_copy(Entry, ENTRY_COLUMNS)) as copy:
                for row in self._chained(stream, lines):
                    copy.write_row(row)
        return len(lines)

    def close(self) -> None:
        """Let the tables' own numbering go on after the last id."""
        with connection.cursor() as cursor:
            for model, last in ((ImportedRecord, self.records), (Entry, self.entries)):
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [model._meta.db_table, max(last, 1)]
                )

    def _record(self, line: Line) -> tuple:
        self.records += 1
        officer = self.cast.officers[line.staff_no]
        return (
            self.records, f"XJ-{line.on:%Y-%m}", self.records, officer.pk, f"XJ-{self.records:08d}", line.on, line.title,
            line.layer, self._hours[line.quarters], self._credits[line.quarters],
        )  # fmt: skip

    def _chained(self, stream: str, lines) -> Iterator[tuple]:
        previous, taken = GENESIS, {}
        for seq, (line, unit) in enumerate(lines, start=1):
            self.entries += 1
            values = self._values(stream, seq, line, unit, taken)
            previous = row_hash(previous, values)
            yield (self.entries, *values, previous)

    def _values(self, stream: str, seq: int, line: Line, unit: OrgUnit, taken: dict) -> list[str | None]:
        """In the order of Entry.CHAINED, as the text both the hash and the database get."""
        if line.reverses:
            sign, title, reasons, note = -1, f"更正：{line.title}", '["reversal"]', "重复上传"
            reverses = taken[line.staff_no, line.reverses]
            evidence = f"reversal:{reverses}"
        else:
            self.records += 1
            sign, title, reverses, note = 1, line.title, None, ""
            reasons = '["day_cap"]' if line.capped else "[]"
            evidence = f"{ImportedRecord._meta.label_lower}:{self.records}"
            taken[line.staff_no, line.number] = str(self.entries)
        counts = self.cast.politics if line.category == "POLITICS" else self.cast.declared
        person = self.cast.officers[line.staff_no]
        is_new = person.status == Officer.Status.PROBATION
        return [
            stream, str(seq), str(self.cast.obligations[line.staff_no].pk), str(person.pk), str(unit.pk), str(self.year),
            line.on.isoformat(), _instant(line.posted_on, seq), title, self._hours[sign * line.quarters],
            self._credits[sign * line.quarters], self._hours[sign * line.capped], self._credits[sign * line.capped],
            line.layer, str(TrainingKind.NEW_ENTRANT if is_new else TrainingKind.IN_SERVICE), str(line.category),
            line.module, _boolean(counts.counts_hours), _boolean(counts.counts_credits), reasons,
            self._quantities[line.quarters], evidence, str(self.cast.declared.pk), reverses, POSTED_BY, note,
        ]  # fmt: skip


def _boolean(value: bool) -> str:
    return "true" if value else "false"


_instants: dict[date, str] = {}


def _instant(day: date, seq: int) -> str:
    """Imports ran at the end of the day, line after line."""
    if day not in _instants:
        _instants[day] = timezone.make_aware(datetime.combine(day, AT)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{_instants[day]}.{seq % 1_000_000:06d}"


def _copy(model, columns: Sequence) -> str:
    return f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"


def streams_of(people: list[Person], cast: Cast, year: int) -> dict[str, list[Person]]:
    """Who has lines in which stream: whoever came from another district has them in two."""
    found: dict[str, list[Person]] = {}
    for person in people:
        for stream in sorted({stream_of(cast.units[code], year) for code, _, _ in person.stays}):
            found.setdefault(stream, []).append(person)
    return dict(sorted(found.items()))


def lines_in(stream: str, people: list[Person], cast: Cast, when: tuple[int, date, int, Calendar, dict]):
    """The stream's lines that lie in the past, in the order of posting, each with the unit of its day."""
    year, today, seed, calendar, bands = when
    found = []
    for person in people:
        for line in lines_of(person, bands[person.staff_no], calendar, seed):
            if line.posted_on < today:
                unit = cast.units[next(code for code, begin, end in person.stays if end is None or line.on < end)]
                if stream_of(unit, year) == stream:
                    found.append((line, unit))
    found.sort(key=lambda pair: pair[0][:3])
    return found
