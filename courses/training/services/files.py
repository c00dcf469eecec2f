"""Guests and duty shifts by file: every row of it, or nothing; the same file twice adds nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from courses.training import duty_file, guest_file
from courses.training.models import DutyShift, Guest, TrainingClass
from courses.training.services.enrollment import Source, Way, enroll_many, refuse_unless_open
from lms.audit.services import record
from lms.people.models import Officer, User
from lms.sheets.table import Problem, SheetRefused, Table, read_table

ADD_SHIFTS = "training.add_dutyshift"


class File(NamedTuple):
    data: bytes
    name: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass
class Outcome:
    """With problems nothing is written. `new` are the rows that are not there yet."""

    rows: int = 0
    new: list[Any] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    over: int = 0

    @property
    def known(self) -> int:
        return self.rows - len(self.new)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.rows} {[row.number for row in self.new]} {self.over}".encode()).hexdigest()


def _table(file: File, shape: Any) -> Table:
    return read_table(
        file.data, filename=file.name, required=shape.REQUIRED, optional=shape.OPTIONAL, aliases=shape.ALIASES,
        max_rows=shape.MAX_ROWS,
    )  # fmt: skip


def _refuse_other(outcome: Outcome, expected: str) -> None:
    if outcome.fingerprint != expected:
        raise ValidationError("预览之后数据有变化，请核对新的结果后再确认。", code="changed")


def look_at_shifts(file: File, *, actor: User) -> Outcome:
    """Dry run."""
    return _look_at_shifts(file, actor)[0]


def _look_at_shifts(file: File, actor: User) -> tuple[Outcome, dict[str, Officer]]:
    try:
        table = _table(file, duty_file)
    except SheetRefused as refusal:
        return Outcome(problems=refusal.problems), {}
    shifts, problems = duty_file.read_shifts(table.rows)
    found = Officer.objects.filter(actor.scope_filter(ADD_SHIFTS, "unit")).filter(
        staff_no__in={shift.staff_no for shift in shifts}
    )
    officers = {one.staff_no: one for one in found}
    for shift in shifts:
        if shift.staff_no not in officers:
            message = "没有这个人员编号，或不在您的管理范围内。"
            problems.append(Problem(shift.number, duty_file.STAFF_NO, message, "out_of_scope"))
    if not table.rows:
        problems.append(Problem(None, "", "文件中没有内容。", "no_rows"))
    outcome = Outcome(len(table.rows), problems=sorted(problems, key=lambda problem: problem.row or 0))
    if not problems:
        outcome.new = _unknown_shifts(shifts, officers)
    return outcome, officers


def _unknown_shifts(shifts: Sequence[duty_file.Shift], officers: dict[str, Officer]) -> list[duty_file.Shift]:
    rows = DutyShift.objects.filter(officer__in=officers.values()).values_list("officer__staff_no", "during")
    known = {(staff_no, during.lower, during.upper) for staff_no, during in rows}
    new = []
    for shift in shifts:
        key = (shift.staff_no, shift.begin, shift.end)
        if key not in known:
            known.add(key)
            new.append(shift)
    return new


@transaction.atomic
def import_shifts(file: File, *, actor: User, expected: str) -> Outcome:
    outcome, officers = _look_at_shifts(file, actor)
    _refuse_other(outcome, expected)
    rows = [
        DutyShift(officer=officers[one.staff_no], during=DateTimeTZRange(one.begin, one.end), label=one.label)
        for one in outcome.new
    ]
    DutyShift.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    unit = next(iter(actor.scope(ADD_SHIFTS)), None)
    about = {"file": file.name[:120], "sha256": file.sha256, "rows": outcome.rows, "new": len(rows)}
    record("training.import_shifts", actor=actor, target="training.dutyshift:*", unit=unit, **about)  # type: ignore[arg-type]
    return outcome


def look_at_guests(file: File, training_class: TrainingClass) -> Outcome:
    """Dry run."""
    try:
        table = _table(file, guest_file)
    except SheetRefused as refusal:
        return Outcome(problems=refusal.problems)
    visitors, problems = guest_file.read_visitors(table.rows)
    if not table.rows:
        problems.append(Problem(None, "", "文件中没有内容。", "no_rows"))
    outcome = Outcome(len(visitors), problems=problems)
    if not problems:
        present = training_class.enrollments.filter(guest__isnull=False).exclude(state__in=["REJECTED", "WITHDRAWN"])
        inside = set(present.values_list("guest__name", "guest__affiliation"))
        outcome.new = [one for one in visitors if one.key not in inside]
        left = training_class.capacity - training_class.enrollments.seated().count()
        outcome.over = max(0, len(outcome.new) - max(0, left))
    return outcome


@transaction.atomic
def import_guests(file: File, training_class: TrainingClass, *, actor: User, expected: str) -> Outcome:
    """Guests owe nothing and sign in nowhere else; in the class they are learners like everybody."""
    refuse_unless_open(training_class, Source.ASSIGNED)
    outcome = look_at_guests(file, training_class)
    _refuse_other(outcome, expected)
    guests = [
        Guest.objects.get_or_create(
            name=one.name, affiliation=one.affiliation, defaults={"position": one.position}
        )[0]
        for one in outcome.new
    ]  # fmt: skip
    answers = enroll_many(training_class, guests, Way(Source.ASSIGNED, actor))
    if refused := next((answer.refusal for answer in answers if answer.refusal), None):
        raise refused
    about = {"file": file.name[:120], "sha256": file.sha256, "rows": outcome.rows, "new": len(guests)}
    record("training.import_guests", actor=actor, target=training_class, **about)  # type: ignore[arg-type]
    return outcome
