"""Candidates by file: every row of it, or nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.sittings import candidate_file
from exams.sittings.candidate_file import NAME, STAFF_NO, Line
from exams.sittings.models import Candidate, Sitting
from exams.sittings.services.candidates import GONE, RUN, Answer, add_candidates, nominate
from exams.sittings.services.listing import Preview, preview, right_over
from lms.people.models import Officer, User
from lms.sheets.table import Problem, SheetRefused, read_table


@dataclass
class Outcome:
    """With problems nothing is written."""

    rows: int = 0
    officers: list[Officer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{self.rows} {[one.pk for one in self.officers]}".encode()).hexdigest()


def look_at(data: bytes, name: str, sitting: Sitting, *, actor: User) -> Outcome:
    """Dry run."""
    try:
        table = read_table(
            data, filename=name, required=candidate_file.REQUIRED, optional=candidate_file.OPTIONAL,
            aliases=candidate_file.ALIASES, max_rows=candidate_file.MAX_ROWS,
        )  # fmt: skip
    except SheetRefused as refusal:
        return Outcome(problems=refusal.problems)
    lines, problems = candidate_file.read_lines(table.rows)
    if not table.rows:
        problems.append(Problem(None, "", "文件中没有内容。", "no_rows"))
    officers, unfit = _match(lines, sitting, actor)
    problems += unfit
    if not problems:
        problems += _too_many(preview(actor, sitting, officers))
    return Outcome(len(table.rows), officers, sorted(problems, key=lambda one: one.row or 0))


def _match(lines: Sequence[Line], sitting: Sitting, actor: User) -> tuple[list[Officer], list[Problem]]:
    scope = actor.scope_filter(right_over(actor, sitting), "unit")
    rows = Officer.objects.filter(scope, staff_no__in=[line.staff_no for line in lines]).select_related("unit")
    found = {one.staff_no: one for one in rows}
    there = set(Candidate.objects.filter(exam=sitting.exam_id).values_list("officer__staff_no", flat=True))
    problems = [problem for line in lines if (problem := _unfit(line, found.get(line.staff_no), there))]
    return [found[line.staff_no] for line in lines if line.staff_no in found], problems


def _unfit(line: Line, officer: Officer | None, there: set[str]) -> Problem | None:
    if officer is None:
        return Problem(line.number, STAFF_NO, "没有这个人员编号，或不在您的管理范围内。", "out_of_scope")
    if line.name and line.name != officer.name:
        return Problem(line.number, NAME, f"与人员库不符，该编号是{officer.name}。", "name_differs")
    if officer.status in GONE:
        return Problem(line.number, STAFF_NO, "已退休或调离，不能参加考试。", "not_in_service")
    if line.staff_no in there:
        return Problem(line.number, STAFF_NO, "已是本考试的考生。", "already_in")
    return None


def _too_many(shown: Preview) -> list[Problem]:
    if not shown.over:
        return []
    return [Problem(None, "", f"文件有{len(shown.officers)}人，只能再安排{shown.left}人。", "full")]


@transaction.atomic
def import_candidates(data: bytes, name: str, sitting: Sitting, *, actor: User, expected: str) -> list[Answer]:
    """ValidationError "changed" if it is no longer what was shown; one refused row takes all of them back."""
    outcome = look_at(data, name, sitting, actor=actor)
    if outcome.problems or outcome.fingerprint != expected:
        raise ValidationError("预览之后数据有变化，没有写入任何内容，请重新核对。", code="changed")
    enter = add_candidates if right_over(actor, sitting) == RUN else nominate
    answers = enter(sitting, outcome.officers, actor=actor)
    for answer in answers:
        if answer.refusal:
            raise answer.refusal
    return answers
