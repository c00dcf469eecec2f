"""What a marker looks for in a question, and how many points each is worth. Pure: contents in, lines out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.core.exceptions import ValidationError

from exams.bank.types import case, of
from exams.bank.types.policy import CENT, ZERO

NUMERALS = "一二三四五六七八九十"
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Line:
    """`part` is the place of a case's question, 0 elsewhere; `is_blank` where nothing was answered to it."""

    key: str
    label: str
    full: Decimal
    part: int = 0
    is_blank: bool = False


def parts_by_hand(content: dict) -> list[tuple[int, dict, Decimal]]:
    """(place, question, share of the marks) of what people mark."""
    if content["type"] != case.CODE:
        return [] if of(content).IS_OBJECTIVE else [(0, content, Decimal(1))]
    parts = enumerate(content["parts"], start=1)
    return [(place, part, Decimal(part["share"])) for place, part in parts if not of(part).IS_OBJECTIVE]


def full_marks(content: dict, marks: Decimal) -> Decimal:
    return sum((marks * share for _, _, share in parts_by_hand(content)), ZERO).quantize(CENT)


def answer_to(answer, place: int) -> str:
    """The text given to the whole question, or to one part of a case."""
    if place:
        answer = answer.get(str(place)) if isinstance(answer, dict) else None
    return answer.strip() if isinstance(answer, str) else ""


def is_blank(content: dict, answer) -> bool:
    return not any(answer_to(answer, place) for place, _, _ in parts_by_hand(content))


def lines_of(content: dict, marks: Decimal, answer=None) -> list[Line]:
    """One line for each point of the rubric, or one for a question without a rubric; they add up to full marks."""
    found: list[Line] = []
    parts = parts_by_hand(content)
    points = _shared(full_marks(content, marks), [share for _, _, share in parts])
    for (place, part, _), worth in zip(parts, points, strict=True):
        found += _of_part(part, worth, place, not answer_to(answer, place))
    return found


def _of_part(part: dict, worth: Decimal, place: int, blank: bool) -> list[Line]:
    rubric = part.get("rubric") or [{"text": "得分", "share": "1"}]
    numeral = f"第{place}小题　" if place else ""
    points = _shared(worth, [Decimal(one["share"]) for one in rubric])
    return [
        Line(f"{place}.{at}", f"{numeral}{one['text']}", each, place, blank)
        for at, (one, each) in enumerate(zip(rubric, points, strict=True), start=1)
    ]


def _shared(whole: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """The whole by shares, to the cent; what rounding leaves over goes to the last."""
    total = sum(shares, ZERO) or Decimal(1)
    found = [(whole * share / total).quantize(CENT, ROUND_DOWN) for share in shares]
    if found:
        found[-1] += whole - sum(found, ZERO)
    return found


def total_of(lines: Sequence[Line], points: dict[str, str]) -> Decimal:
    """ValidationError "points" | "missing" | "range" | "step" for what the rubric does not allow."""
    if points.keys() - {line.key for line in lines}:
        raise ValidationError("评分项与评分细则不一致，请刷新页面后再评。", code="points")
    return sum((_points_of(line, points.get(line.key)) for line in lines), ZERO)


def _points_of(line: Line, given: str | None) -> Decimal:
    if given is None:
        if line.is_blank:
            return ZERO
        raise ValidationError(f"“{line.label}”还没有评分。", code="missing")
    value = Decimal(given)
    if not 0 <= value <= line.full or (line.is_blank and value):
        raise ValidationError(f"“{line.label}”的得分应在0至{words(line.full)}之间。", code="range")
    if value % HALF and value != line.full:
        raise ValidationError(f"“{line.label}”的得分以0.5分为一档。", code="step")
    return value


def words(marks: Decimal) -> str:
    return f"{marks.normalize():f}"
