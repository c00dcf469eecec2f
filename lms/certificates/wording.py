"""What a certificate says: the design's sentences with the facts in them."""

from datetime import date
from string import Formatter

from django.core.exceptions import ValidationError

FIELDS = {
    "name": "姓名", "unit": "单位", "title": "课程或培训班", "hours": "学时", "credits": "学分",
    "began_on": "开始日期", "completed_on": "完成日期",
}  # fmt: skip
DATES = {"began_on", "completed_on", "issued_on", "expires_on"}
LONGEST = 420
SIZES = ((110, "large"), (210, "medium"))
NAME_SIZES = ((12, "whole"), (24, "tight"))


def chinese_date(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


def parts(body: str) -> list[tuple[str, str]]:
    """[(text, field)], as the body reads."""
    return [(text, field or "") for text, field, *_ in Formatter().parse(body)]


def require_known_fields(body: str) -> None:
    try:
        used = {field for _, field in parts(body) if field}
    except ValueError:
        raise _in_body("花括号没有成对。", "broken_field")
    if unknown := used - FIELDS.keys():
        raise _in_body(f"没有这一项：{'、'.join(sorted(unknown))}。", "unknown_field")
    if "name" not in used:
        raise _in_body("正文应当写明姓名，请写入{name}。", "no_name")


def _in_body(message: str, code: str) -> ValidationError:
    return ValidationError({"body": ValidationError(message, code=code)})


def sentences(body: str, facts: dict) -> list[dict[str, object]]:
    """The body in pieces; the holder's name is one of its own, to be set apart."""
    pieces: list[dict[str, object]] = []
    for text, field in parts(body):
        pieces.append({"text": text})
        if field:
            value = str(facts.get(field, ""))
            pieces.append(
                {"text": chinese_date(value) if field in DATES and value else value, "is_name": field == "name"}
            )
    return [piece for piece in pieces if piece["text"]]


def plain(body: str, facts: dict) -> str:
    return "".join(str(piece["text"]) for piece in sentences(body, facts))


def size(length: int, sizes=SIZES) -> str:
    """The largest type in which a text of so many characters leaves room for seal and code."""
    return next((name for most, name in sizes if length <= most), "small")


def require_room(body: str, facts: dict) -> None:
    if len(plain(body, facts)) > LONGEST:
        raise ValidationError(f"正文超过{LONGEST}字，一页放不下。", code="too_long")
