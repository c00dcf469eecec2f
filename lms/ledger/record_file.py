"""What a line of the former 学籍 system's export says, or why it cannot be read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError

from lms.ledger.models import ImportedRecord
from lms.rules.models import Layer
from lms.sheets.table import Problem, Row, parse_date

KEY, STAFF_NO, ON, TITLE, LAYER = "原系统编号", "人员编号", "发生日期", "事项", "层级"
HOURS, CREDITS = "学时", "学分"
REQUIRED = [KEY, STAFF_NO, ON, TITLE, LAYER, HOURS, CREDITS]
ALIASES = {
    "记录编号": KEY, "原编号": KEY, "工号": STAFF_NO, "执法人员编号": STAFF_NO, "日期": ON, "培训日期": ON,
    "培训内容": TITLE, "事项名称": TITLE, "训练层级": LAYER, "认定学时": HOURS, "认定学分": CREDITS,
}  # fmt: skip
MAX_ROWS = 100_000
LAYERS = {label: value for value, label in Layer.choices} | {value: value for value in Layer.values}


@dataclass(frozen=True)
class Line:
    number: int
    key: str
    staff_no: str
    on: date
    title: str
    layer: str
    hours: Decimal
    credits: Decimal

    @property
    def content(self) -> tuple:
        """What may not differ where the same line comes again."""
        return self.staff_no, self.on, self.title, self.layer, self.hours, self.credits


def _text(name: str) -> Callable[[str], str]:
    longest = ImportedRecord._meta.get_field(name).max_length or 0

    def read(text: str) -> str:
        if len(text) > longest:
            raise ValidationError(f"内容过长，不能超过{longest}个字符。", code="too_long")
        if any(ord(character) < 32 for character in text):
            raise ValidationError("含有换行或控制字符。", code="bad_character")
        return text

    return read


def _amount(name: str) -> Callable[[str], Decimal]:
    field = ImportedRecord._meta.get_field(name)
    limit = Decimal(10) ** (field.max_digits - field.decimal_places)

    def read(text: str) -> Decimal:
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValidationError(f"“{text[:20]}”不是数字。", code="bad_number") from None
        if not value.is_finite() or value < 0 or value >= limit:
            raise ValidationError(f"应在0至{limit}之间。", code="number_range")
        if value != round(value, field.decimal_places):
            raise ValidationError(f"最多{field.decimal_places}位小数。", code="too_precise")
        return Decimal(round(value, field.decimal_places))

    return read


def _layer(text: str) -> str:
    if text not in LAYERS:
        raise ValidationError(f"没有“{text[:20]}”这一层级，可填：{'、'.join(Layer.labels)}。", code="unknown_choice")
    return LAYERS[text]


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except ValueError:
        raise ValidationError(f"“{text[:20]}”不是有效的日期，请写成2026-02-28。", code="bad_date") from None


READERS: dict[str, Callable[[str], Any]] = {
    KEY: _text("source_key"), STAFF_NO: str, ON: _day, TITLE: _text("title"), LAYER: _layer,
    HOURS: _amount("hours"), CREDITS: _amount("credits"),
}  # fmt: skip


def read_records(rows: Iterable[Row], today: date) -> tuple[list[Line], list[Problem]]:
    """The lines that could be read, and every problem."""
    lines, problems = [], []
    seen: dict[str, int] = {}
    for row in rows:
        values, found = _read(row)
        first = seen.setdefault(row.cells[KEY], row.number)
        if row.cells[KEY] and first != row.number:
            found.append(Problem(row.number, KEY, f"与第 {first} 行的原系统编号重复。", "duplicate_source_key"))
        if values.get(ON) and values[ON] > today:
            found.append(Problem(row.number, ON, "日期不能晚于今天。", "future_date"))
        problems += found
        if len(values) == len(READERS):
            lines.append(Line(row.number, *values.values()))
    return lines, problems


def _read(row: Row) -> tuple[dict[str, Any], list[Problem]]:
    values, problems = {}, []
    for heading, reader in READERS.items():
        try:
            if not row.cells[heading]:
                raise ValidationError("必填，不能为空。", code="blank")
            values[heading] = reader(row.cells[heading])
        except ValidationError as fault:
            problems.append(Problem(row.number, heading, str(fault.message), fault.code or ""))
    return values, problems
