"""What a row of a file of guests says, or why it cannot be read. Nothing here looks into the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from lms.people.names import clean_name, validate_name
from lms.sheets.table import Problem, Row

NAME, AFFILIATION, POSITION = "姓名", "单位", "职务"
REQUIRED, OPTIONAL = [NAME, AFFILIATION], [POSITION]
ALIASES = {"工作单位": AFFILIATION, "所在单位": AFFILIATION, "职务职级": POSITION}
MAX_ROWS = 2_000
LONGEST = {NAME: 50, AFFILIATION: 100, POSITION: 60}


@dataclass(frozen=True)
class Visitor:
    number: int
    name: str
    affiliation: str
    position: str

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.affiliation


def read_visitors(rows: Iterable[Row]) -> tuple[list[Visitor], list[Problem]]:
    visitors, problems = [], []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        found = list(_problems(row))
        visitor = Visitor(row.number, clean_name(row.cells[NAME]), row.cells[AFFILIATION], row.cells[POSITION])
        first = seen.setdefault(visitor.key, row.number)
        if first != row.number and not found:
            found.append(Problem(row.number, NAME, f"与第 {first} 行是同一人。", "duplicate"))
        visitors.append(visitor)
        problems += found
    return visitors, problems


def _problems(row: Row) -> Iterable[Problem]:
    for heading in REQUIRED:
        if not row.cells[heading]:
            yield Problem(row.number, heading, "必填，不能为空。", "blank")
    for heading, longest in LONGEST.items():
        if len(row.cells[heading]) > longest:
            yield Problem(row.number, heading, f"不能超过{longest}个字。", "too_long")
    if name := row.cells[NAME]:
        try:
            validate_name(clean_name(name))
        except ValidationError as fault:
            yield Problem(row.number, NAME, str(fault.message), fault.code or "bad_name")
