"""Old 学籍 lines into the book: all of a file or nothing, and what it adds up to on both sides."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from lms.audit.services import lock_stream, record
from lms.ledger.models import Entry, ImportedRecord
from lms.ledger.record_file import ALIASES, KEY, MAX_ROWS, ON, REQUIRED, STAFF_NO, Line, read_records
from lms.ledger.services.bulk import BATCH, RuleBooks, append_all, counted_entries, ensure_obligations
from lms.people.models import Officer
from lms.sheets.table import Problem, SheetRefused, read_table

IMPORT_LOCK = "ledger.import"
ZERO = Decimal(0)


@dataclass
class PersonYear:
    """What the file declares for a person and year, and what the book holds of those very lines."""

    staff_no: str
    name: str
    year: int
    lines: int = 0
    file_hours: Decimal = ZERO
    file_credits: Decimal = ZERO
    ledger_hours: Decimal = ZERO
    ledger_credits: Decimal = ZERO

    @property
    def agrees(self) -> bool:
        return self.file_hours == self.ledger_hours and self.file_credits == self.ledger_credits

    def as_dict(self) -> dict:
        amounts = {name: str(value) for name, value in vars(self).items() if isinstance(value, Decimal)}
        return {**vars(self), **amounts, "agrees": self.agrees}


@dataclass
class Outcome:
    """With errors nothing is written. A dry run reconciles with the book as it would be."""

    dry_run: bool
    sha256: str
    rows: int = 0
    created: int = 0
    unchanged: int = 0
    errors: list[Problem] = field(default_factory=list)
    person_years: list[PersonYear] = field(default_factory=list)

    def as_dict(self) -> dict:
        return {
            "rows": self.rows, "created": self.created, "unchanged": self.unchanged,
            "errors": [problem.as_dict() for problem in self.errors], "dry_run": self.dry_run,
            "reconciliation": [person_year.as_dict() for person_year in self.person_years],
        }  # fmt: skip


def evidence_of(record_id: int) -> str:
    return f"{ImportedRecord._meta.label_lower}:{record_id}"


@transaction.atomic
def import_records(data: bytes, filename: str, *, actor, dry_run: bool = False) -> Outcome:
    outcome = Outcome(dry_run, hashlib.sha256(data).hexdigest())
    try:
        table = read_table(data, filename=filename, required=REQUIRED, aliases=ALIASES, max_rows=MAX_ROWS)
    except SheetRefused as refusal:
        outcome.errors = refusal.problems
        return outcome
    if not dry_run:
        lock_stream(IMPORT_LOCK)
    outcome.rows = len(table.rows)
    lines, outcome.errors = read_records(table.rows, timezone.localdate())
    officers = _officers(lines)
    known = _known(lines)
    outcome.errors += _problems(lines, officers, known)
    if not table.rows:
        outcome.errors.append(Problem(None, "", "文件中没有记录。", "no_rows"))
    if outcome.errors:
        outcome.errors.sort(key=lambda problem: problem.row or 0)
        return outcome
    new = [line for line in lines if line.key not in known]
    outcome.created, outcome.unchanged = len(new), len(lines) - len(new)
    planned = _planned(new, officers, actor) if dry_run else []
    if new and not dry_run:
        _post(new, officers, outcome.sha256, actor)
    outcome.person_years = _reconciled(lines, officers, planned)
    if not dry_run:
        _record(outcome, filename, actor)
    return outcome


def _planned(new: list[Line], officers: Mapping[str, Officer], actor) -> list[Entry]:
    return counted_entries(new, officers, str(actor))


def _officers(lines: Iterable[Line]) -> dict[str, Officer]:
    numbers = {line.staff_no for line in lines}
    return {officer.staff_no: officer for officer in Officer.objects.filter(staff_no__in=numbers)}


def _known(lines: Sequence[Line]) -> dict[str, tuple]:
    """The content under each source key that was imported before."""
    names = ("source_key", "officer__staff_no", "occurred_on", "title", "layer", "hours", "credits")
    rows = ImportedRecord.objects.order_by()
    parts = (rows.filter(source_key__in=[line.key for line in part]) for part in _parts(lines))
    return {key: tuple(content) for part in parts for key, *content in part.values_list(*names)}


def _parts(items: Sequence) -> Iterator[Sequence]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _problems(lines: list[Line], officers: Mapping[str, Officer], known: Mapping[str, tuple]) -> list[Problem]:
    books = RuleBooks()
    problems = []
    for line in lines:
        if line.staff_no not in officers:
            problems.append(
                Problem(line.number, STAFF_NO, f"没有编号为“{line.staff_no[:30]}”的人员。", "unknown_officer")
            )
        if line.key in known and known[line.key] != line.content:
            message = "该原系统编号已导入过，但内容不同；更正请走台账更正。"
            problems.append(Problem(line.number, KEY, message, "source_key_conflict"))
        try:
            books.on(line.on)
        except LookupError:
            problems.append(Problem(line.number, ON, "这一天还没有施行的学时学分规则。", "no_rule"))
    return problems


def _post(new: list[Line], officers: Mapping[str, Officer], batch: str, actor) -> None:
    # Locks in one order everywhere: obligations, the ledger's chains, the audit's.
    wanted = {(officers[line.staff_no].pk, line.on.year): officers[line.staff_no] for line in new}
    obligations = ensure_obligations(wanted)
    entries = _planned(new, officers, actor)
    records = [
        ImportedRecord(
            batch=batch, row_number=line.number, officer=officers[line.staff_no], source_key=line.key,
            occurred_on=line.on, title=line.title, layer=line.layer, hours=line.hours, credits=line.credits,
        )
        for line in new
    ]  # fmt: skip
    ImportedRecord.objects.bulk_create(records, batch_size=BATCH)
    for entry, row in zip(entries, records, strict=True):
        entry.obligation = obligations[entry.officer_id, entry.year]
        entry.evidence = evidence_of(row.pk)
    append_all(entries)


def _reconciled(lines: list[Line], officers: Mapping[str, Officer], planned: Iterable[Entry]) -> list[PersonYear]:
    found: dict[tuple[str, int], PersonYear] = {}
    for line in lines:
        key = line.staff_no, line.on.year
        row = found.setdefault(key, PersonYear(line.staff_no, officers[line.staff_no].name, line.on.year))
        row.lines += 1
        row.file_hours += line.hours
        row.file_credits += line.credits
    amounts = [(entry.officer.staff_no, entry.year, entry.hours, entry.credits) for entry in planned]
    for staff_no, year, hours, credits in [*amounts, *_posted(lines)]:
        found[staff_no, year].ledger_hours += hours
        found[staff_no, year].ledger_credits += credits
    return [found[key] for key in sorted(found)]


def _posted(lines: Sequence[Line]) -> Iterator[tuple[str, int, Decimal, Decimal]]:
    """(staff number, year, hours, credits) of the lines' standing entries, as the book has them."""
    names = ("officer__staff_no", "year", "hours", "credits")
    for part in _parts(lines):
        ids = ImportedRecord.objects.filter(source_key__in=[line.key for line in part]).values_list("pk", flat=True)
        entries = Entry.objects.standing().order_by().filter(evidence__in=[evidence_of(pk) for pk in ids])
        yield from entries.values_list(*names)


def _record(outcome: Outcome, filename: str, actor) -> None:
    hours, credits = defaultdict(Decimal), defaultdict(Decimal)
    for row in outcome.person_years:
        hours[row.year] += row.file_hours
        credits[row.year] += row.file_credits
    record(
        "ledger.import", actor=actor, target=f"ledger.import:{outcome.sha256[:16]}", file=filename[:120],
        sha256=outcome.sha256, rows=outcome.rows, created=outcome.created, unchanged=outcome.unchanged,
        hours={str(year): str(value) for year, value in hours.items()},
        credits={str(year): str(value) for year, value in credits.items()},
    )  # fmt: skip
