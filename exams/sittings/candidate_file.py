"""What a row of a list of candidates says. Nothing here looks into the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from lms.sheets.table import Problem, Row

STAFF_NO, NAME = "人员编号", "姓名"
REQUIRED, OPTIONAL = [STAFF_NO], [NAME]
ALIASES = {"工号": STAFF_NO, "执法人员编号": STAFF_NO, "考生姓名": NAME}
MAX_ROWS = 5_000


@dataclass(frozen=True)
class Line:
    number: int
    staff_no: str
    name: str


def read_lines(rows: Iterable[Row]) -> tuple[list[Line], list[Problem]]:
    """Each number once."""
    lines, problems, seen = [], [], {}
    for row in rows:
        staff_no = row.cells[STAFF_NO].strip()
        if not staff_no:
            problems.append(Problem(row.number, STAFF_NO, "必填，不能为空。", "blank"))
        elif staff_no in seen:
            problems.append(Problem(row.number, STAFF_NO, f"与第{seen[staff_no]}行重复。", "twice"))
        else:
            seen[staff_no] = row.number
            lines.append(Line(row.number, staff_no, row.cells[NAME].strip()))
    return lines, problems
