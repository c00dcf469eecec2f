"""What a row of the personnel file says, or why it cannot be read. Nothing here looks into the database."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from lms.people.models import Officer
from lms.people.names import clean_name, validate_name
from lms.sheets.table import Problem, Row, parse_date

STAFF_NO, NAME, UNIT, SINCE = "人员编号", "姓名", "单位编码", "任职日期"
SEX, BORN, ENTERED = "性别", "出生日期", "入职日期"
REQUIRED = [STAFF_NO, NAME, UNIT, SEX]
ALIASES = {
    "工号": STAFF_NO, "执法人员编号": STAFF_NO, "单位代码": UNIT, "所属单位编码": UNIT, "机构编码": UNIT,
    "生日": BORN, "职务职级": "职级", "文化程度": "学历", "最高学历": "学历", "人员来源": "来源", "人员状态": "状态",
    "在岗状态": "状态", "入职时间": ENTERED, "是否持法律职业资格": "法律职业资格", "持法律职业资格": "法律职业资格",
    "是否公职律师": "公职律师", "任职时间": SINCE, "到任日期": SINCE, "调动日期": SINCE,
}  # fmt: skip
MAX_ROWS = 20_000
OLDEST = date(1900, 1, 1)
STAFF_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
IDENTITY_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
YES_NO = dict.fromkeys(("是", "有", "1", "√"), True) | dict.fromkeys(("否", "无", "0", "×"), False)


@dataclass
class Person:
    """A row as read. `values` holds the officer's fields it fills; a blank cell fills none."""

    number: int
    staff_no: str = ""
    unit_code: str = ""
    since: date | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.values.get("name", "")


def _longest(name: str) -> int:
    return Officer._meta.get_field(name).max_length or 0


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise ValidationError(f"内容过长，不能超过{longest}个字符。", code="too_long")
    return text


def _staff_no(text: str) -> str:
    if IDENTITY_NUMBER.fullmatch(text):
        raise ValidationError("系统不保存证件号码，请填写人员编号。", code="identity_number")
    if not STAFF_NUMBER.fullmatch(text):
        raise ValidationError("人员编号只能由字母、数字和中间的“-”“_”“.”组成。", code="bad_staff_no")
    return _short(text, _longest("staff_no"))


def _name(text: str) -> str:
    name = _short(clean_name(text), _longest("name"))
    validate_name(name)
    return name


def _education(text: str) -> str:
    return _short(text, _longest("education"))


def _day(text: str) -> date:
    try:
        day = parse_date(text)
    except ValueError:
        raise ValidationError(f"“{text[:20]}”不是有效的日期，请写成2026-02-28。", code="bad_date") from None
    if day < OLDEST:
        raise ValidationError("日期过早，请核对年份。", code="date_out_of_range")
    return day


def _one_of(choices: dict[str, Any]) -> Callable[[str], Any]:
    def read(text: str):
        if text not in choices:
            allowed = "、".join(key for key in choices if not key.isascii())
            raise ValidationError(f"没有“{text[:20]}”这一选项，可填：{allowed}。", code="unknown_choice")
        return choices[text]

    return read


def _choice(choices) -> Callable[[str], Any]:
    return _one_of({label: value for value, label in choices} | {value: value for value, _ in choices})


FIELDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    NAME: ("name", _name),
    SEX: ("sex", _choice(Officer.Sex.choices)),
    BORN: ("born_on", _day),
    "职级": ("rank", _choice(Officer.Rank.choices)),
    "学历": ("education", _education),
    "来源": ("source", _choice(Officer.Source.choices)),
    "状态": ("status", _choice(Officer.Status.choices)),
    ENTERED: ("entered_on", _day),
    "法律职业资格": ("is_legally_qualified", _one_of(YES_NO)),
    "公职律师": ("is_public_lawyer", _one_of(YES_NO)),
}
OPTIONAL = [*(heading for heading in FIELDS if heading not in REQUIRED), SINCE]


def read_people(rows: Iterable[Row], today: date) -> tuple[list[Person], list[Problem]]:
    """Every row with what could be read of it, and every problem."""
    people, problems = [], []
    seen: dict[str, int] = {}
    for row in rows:
        person, found = _read_person(row, today)
        # Sign-in does not tell T-01 from t-01.
        first = seen.setdefault(person.staff_no.lower(), row.number) if person.staff_no else row.number
        if first != row.number:
            found.append(Problem(row.number, STAFF_NO, f"与第 {first} 行的人员编号重复。", "duplicate_staff_no"))
        people.append(person)
        problems += found
    return people, problems


def _read_person(row: Row, today: date) -> tuple[Person, list[Problem]]:
    person, problems = Person(row.number, unit_code=row.cells[UNIT]), []

    def read(heading: str, reader: Callable[[str], Any]):
        text = row.cells[heading]
        try:
            if not text and heading in REQUIRED:
                raise ValidationError("必填，不能为空。", code="blank")
            return reader(text) if text else None
        except ValidationError as fault:
            problems.append(Problem(row.number, heading, str(fault.message), fault.code or ""))

    person.staff_no = read(STAFF_NO, _staff_no) or ""
    read(UNIT, str)
    person.since = read(SINCE, _day)
    for heading, (name, reader) in FIELDS.items():
        value = read(heading, reader)
        if value is not None:
            person.values[name] = value
    return person, problems + list(_date_problems(person, today))


def _date_problems(person: Person, today: date):
    days = {BORN: person.values.get("born_on"), ENTERED: person.values.get("entered_on"), SINCE: person.since}
    for heading, day in days.items():
        if day and day > today:
            yield Problem(person.number, heading, "日期不能晚于今天。", "future_date")
    born, entered = days[BORN], days[ENTERED]
    if born and entered and born >= entered:
        yield Problem(person.number, ENTERED, "入职日期应晚于出生日期。", "date_order")
