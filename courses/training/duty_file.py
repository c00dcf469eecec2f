"""What a row of the duty roster's file says, or why it cannot be read. Nothing here looks into the database."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from lms.sheets.table import Problem, Row, parse_date

STAFF_NO, BEGIN, END, LABEL = "人员编号", "开始时间", "结束时间", "班次"
REQUIRED, OPTIONAL = [STAFF_NO, BEGIN, END], [LABEL]
ALIASES = {
    "工号": STAFF_NO,
    "执法人员编号": STAFF_NO,
    "上班时间": BEGIN,
    "下班时间": END,
    "值班班次": LABEL,
    "岗位": LABEL,
}
MAX_ROWS, LONGEST_LABEL, LONGEST_HOURS = 20_000, 40, 72
CLOCK = re.compile(r"(.+?)[ T]+([0-9]{1,2})[:：]([0-9]{2})(?:[:：][0-9]{2})?")


@dataclass(frozen=True)
class Shift:
    number: int
    staff_no: str
    begin: datetime
    end: datetime
    label: str


def parse_moment(text: str) -> datetime:
    """A day and a time of day by the clock on the wall. Raises ValueError."""
    found = CLOCK.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    clock = time(int(found[2]), int(found[3]))
    return timezone.make_aware(datetime.combine(parse_date(found[1]), clock))


def read_shifts(rows: Iterable[Row]) -> tuple[list[Shift], list[Problem]]:
    shifts, problems = [], []
    for row in rows:
        found = _read(row)
        if isinstance(found, Shift):
            shifts.append(found)
        else:
            problems += found
    return shifts, problems


def _read(row: Row) -> Shift | list[Problem]:
    moments, problems = {}, []
    if not row.cells[STAFF_NO]:
        problems.append(Problem(row.number, STAFF_NO, "必填，不能为空。", "blank"))
    for heading in (BEGIN, END):
        try:
            moments[heading] = parse_moment(row.cells[heading])
        except ValueError:
            message = f"“{row.cells[heading][:20]}”不是有效的时间，请写成2026-03-02 08:00。"
            problems.append(Problem(row.number, heading, message, "bad_time"))
    if len(moments) == 2:
        problems += _span_problems(row, moments[BEGIN], moments[END])
    if len(row.cells[LABEL]) > LONGEST_LABEL:
        problems.append(Problem(row.number, LABEL, f"不能超过{LONGEST_LABEL}个字。", "too_long"))
    return problems or Shift(row.number, row.cells[STAFF_NO], moments[BEGIN], moments[END], row.cells[LABEL])


def _span_problems(row: Row, begin: datetime, end: datetime) -> list[Problem]:
    hours = (end - begin).total_seconds() / 3600
    if hours <= 0:
        return [Problem(row.number, END, "结束时间应晚于开始时间。", "order")]
    if hours > LONGEST_HOURS:
        return [Problem(row.number, END, f"一班超过{LONGEST_HOURS}小时，请核对日期。", "too_long_shift")]
    return []
