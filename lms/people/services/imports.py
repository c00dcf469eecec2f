"""The personnel file: everybody in it as it says, or nobody."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from lms.audit.services import lock_stream, record
from lms.people.models import Officer, OrgUnit, User
from lms.people.personnel_file import (
    ALIASES,
    FIELDS,
    MAX_ROWS,
    OPTIONAL,
    REQUIRED,
    SINCE,
    STAFF_NO,
    UNIT,
    Person,
    read_people,
)
from lms.people.services.batch import Change, Field, apply, last_postings
from lms.sheets.table import Problem, SheetRefused, read_table

IMPORT_LOCK = "people.import"
CHOICES = {name: dict(Officer._meta.get_field(name).flatchoices) for name, _ in FIELDS.values()}
LABELS = {name: heading for heading, (name, _) in FIELDS.items()}


class Reach(NamedTuple):
    """The units an importer may import into, by code; `top` is what the batch is filed under."""

    units: dict[str, OrgUnit]
    is_whole: bool
    top: OrgUnit | None


@dataclass
class Outcome:
    """One row counts once: a transfer with other changes is a transfer. With errors nothing changes."""

    dry_run: bool
    sha256: str
    rows: int = 0
    changes: list[Change] = field(default_factory=list)
    errors: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        kinds = Counter(change.kind for change in self.changes)
        return {kind: kinds[kind] for kind in ("created", "updated", "transferred", "unchanged")}

    @property
    def fingerprint(self) -> str:
        """The same for the same changes: a confirmation is of what was shown."""
        lines = [f"{change.person.staff_no}{change.kind}{change.fields}" for change in self.changes]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def as_dict(self) -> dict:
        errors = [problem.as_dict() for problem in self.errors]
        return {"rows": self.rows, **self.counts, "errors": errors, "dry_run": self.dry_run}


def reach_of(user: User | None) -> Reach:
    """Whoever imports from the console reaches his own units; the command line (None) reaches all."""
    units = OrgUnit.objects.all()
    scope = user.scope("people.import_officer") if user else []
    if user:
        units = units.filter(user.scope_filter("people.import_officer", ""))
    is_whole = user is None or any(unit.is_whole_city for unit in scope)
    return Reach({unit.code: unit for unit in units}, is_whole, scope[0] if scope else None)


@transaction.atomic
def import_people(data: bytes, filename: str, *, actor, dry_run: bool = False, expected: str | None = None) -> Outcome:
    """Make the officers those of the file. `actor` is a user, or a text for the command line.

    Raises ValidationError `changed` if the changes are no longer those of the `expected` fingerprint.
    """
    outcome = Outcome(dry_run, hashlib.sha256(data).hexdigest())
    try:
        table = read_table(
            data, filename=filename, required=REQUIRED, optional=OPTIONAL, aliases=ALIASES, max_rows=MAX_ROWS
        )
    except SheetRefused as refusal:
        outcome.errors = refusal.problems
        return outcome
    if not dry_run:
        lock_stream(IMPORT_LOCK)
    reach = reach_of(actor if isinstance(actor, User) else None)
    people, outcome.errors = read_people(table.rows, timezone.localdate())
    outcome.rows = len(people)
    if not people:
        outcome.errors.append(Problem(None, "", "文件中没有人员。", "no_rows"))
    changes, problems = _plan(people, reach, lock=not dry_run)
    outcome.errors = sorted(outcome.errors + problems, key=lambda problem: problem.row or 0)
    if outcome.errors:
        return outcome
    outcome.changes = changes
    if expected and outcome.fingerprint != expected:
        raise ValidationError("预览之后人员数据有变化，请核对新的结果后再确认。", code="changed")
    if not dry_run:
        apply(outcome.changes, actor)
        _record(outcome, filename, actor, reach)
    return outcome


def _plan(people: list[Person], reach: Reach, *, lock: bool) -> tuple[list[Change], list[Problem]]:
    numbers = [person.staff_no for person in people if person.staff_no]
    found = Officer.objects.filter(staff_no__in=numbers).select_related("unit").order_by("pk")
    officers = {officer.staff_no: officer for officer in (found.select_for_update(of=("self",)) if lock else found)}
    accounts = User.objects.alias(key=Lower("username")).filter(key__in=[number.lower() for number in numbers])
    taken = {name.lower() for name in accounts.values_list("username", flat=True)}
    changes, problems = [], []
    for person in (person for person in people if person.staff_no and person.unit_code):
        try:
            changes.append(_change(person, officers.get(person.staff_no), reach, taken))
        except SheetRefused as refusal:
            problems += refusal.problems
    return changes, problems + list(_date_problems(changes))


def _change(person: Person, officer: Officer | None, reach: Reach, taken: set[str]) -> Change:
    unit = reach.units.get(person.unit_code)
    problems = [*_account_problems(person, officer, reach, taken), *_unit_problems(person, officer, unit, reach)]
    if problems:
        raise SheetRefused(problems)
    if officer is None:
        fields = [Field(LABELS[name], "", _shown(name, value)) for name, value in person.values.items()]
        fields[:1] = [Field("单位", "", unit.name)]
        return Change(person, "created", Officer(staff_no=person.staff_no, unit=unit), unit, fields, [*person.values])  # type: ignore[arg-type]
    names = [name for name, value in person.values.items() if getattr(officer, name) != value]
    fields = [_field(officer, name, person.values[name]) for name in names]
    if unit and officer.unit_id != unit.pk:
        on = person.since or timezone.localdate()
        moved = Field("单位", officer.unit.name, unit.name)
        return Change(person, "transferred", officer, unit, [moved, *fields], names, on)
    return Change(person, "updated" if names else "unchanged", officer, unit, fields, names)  # type: ignore[arg-type]


def _account_problems(person: Person, officer: Officer | None, reach: Reach, taken: set[str]) -> Iterable[Problem]:
    is_foreign = officer is not None and officer.unit.code not in reach.units
    is_taken = officer is None and person.staff_no.lower() in taken
    # To whom a district's officers are no business, a number in use says nothing about by whom.
    if is_foreign or (is_taken and not reach.is_whole):
        yield _out_of_scope(person, STAFF_NO)
    elif is_taken:
        message = "该编号已有账号，但不是执法人员账号，或仅大小写不同。"
        yield Problem(person.number, STAFF_NO, message, "staff_no_taken")


def _unit_problems(person: Person, officer: Officer | None, unit: OrgUnit | None, reach: Reach) -> Iterable[Problem]:
    if unit is None and not reach.is_whole:
        yield _out_of_scope(person, UNIT)
    elif unit is None:
        yield Problem(person.number, UNIT, f"没有编码为“{person.unit_code[:20]}”的单位。", "unknown_unit")
    elif _is_new_here(officer, unit) and unit.until_on and unit.until_on <= timezone.localdate():
        yield Problem(person.number, UNIT, f"“{unit.name}”已于{unit.until_on:%Y年%-m月%-d日}撤销。", "unit_abolished")


def _is_new_here(officer: Officer | None, unit: OrgUnit) -> bool:
    return officer is None or officer.unit_id != unit.pk


def _out_of_scope(person: Person, column: str) -> Problem:
    return Problem(person.number, column, "不存在，或不在您的管理范围内。", "out_of_scope")


def _field(officer: Officer, name: str, new) -> Field:
    return Field(LABELS[name], _shown(name, getattr(officer, name)), _shown(name, new))


def _shown(name: str, value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else CHOICES[name].get(value, str(value))


def _date_problems(changes: list[Change]) -> Iterable[Problem]:
    moved = [change for change in changes if change.kind == "transferred"]
    last = last_postings(moved)
    for change in moved:
        posting = last.get(change.officer.pk)
        if posting and posting.during.lower and posting.during.lower >= change.on:
            message = f"任职日期应晚于现任职开始日期（{posting.during.lower:%Y年%-m月%-d日}）。"
            yield Problem(change.person.number, SINCE, message, "too_early")


def _record(outcome: Outcome, filename: str, actor, reach: Reach) -> None:
    touched = {
        kind: [change.person.staff_no for change in outcome.changes if change.kind == kind]
        for kind in ("created", "updated")
    }
    record(
        "people.import", actor=actor, target=f"people.import:{outcome.sha256[:16]}", unit=reach.top,
        file=filename[:120], sha256=outcome.sha256, rows=outcome.rows, **outcome.counts, staff_nos=touched,  # type: ignore[arg-type]
    )  # fmt: skip
