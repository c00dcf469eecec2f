"""R53: from where on an item is looked at again, and what is few. Flags are questions to an expert, not answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import models

from exams.statistics.figures import ItemFigures

RULE = "R53"


class Flag(models.TextChoices):
    HARD = "HARD", "偏难"
    EASY = "EASY", "偏易"
    WEAK = "WEAK", "区分度低"
    NEGATIVE = "NEGATIVE", "区分度为负"
    IDLE = "IDLE", "干扰项少有人选"
    LURED = "LURED", "高分组多选错项"


@dataclass(frozen=True)
class Terms:
    facility_low: Decimal
    facility_high: Decimal
    item_rest_low: Decimal
    index27_low: Decimal
    option_low: Decimal
    least_people: Decimal
    least_group: Decimal
    same_wrong_least: Decimal
    same_wrong_pairs: Decimal
    quick_share: Decimal
    rapid_seconds: Decimal
    rapid_share: Decimal


def terms(formula: Mapping) -> Terms:
    value = {item["key"]: Decimal(item["value"]) for item in formula["items"]}
    return Terms(**{name: value[name] for name in Terms.__dataclass_fields__})


@dataclass(frozen=True)
class Option:
    is_key: bool
    n: int
    high: int


def flags(found: ItemFigures, options: Sequence[Option], line: Terms) -> list[str]:
    """None of them where too few people answered to say anything."""
    if found.n < line.least_people:
        return []
    return [str(flag) for flag, holds in _tests(found, options, line) if holds]


def _tests(found: ItemFigures, options: Sequence[Option], line: Terms):
    indices = [one for one in (found.item_rest, found.index27) if one is not None]
    wrong, right = [one for one in options if not one.is_key], [one for one in options if one.is_key]
    yield Flag.HARD, found.facility is not None and found.facility < line.facility_low
    yield Flag.EASY, found.facility is not None and found.facility > line.facility_high
    yield Flag.WEAK, bool(indices) and min(indices) >= 0 and _is_weak(found, line)
    yield Flag.NEGATIVE, bool(indices) and min(indices) < 0
    yield Flag.IDLE, any(one.n < line.option_low * found.n for one in wrong)
    yield Flag.LURED, len(right) == 1 and any(one.high > right[0].high for one in wrong)


def _is_weak(found: ItemFigures, line: Terms) -> bool:
    below = found.item_rest is not None and found.item_rest < line.item_rest_low
    return below or (found.index27 is not None and found.index27 < line.index27_low)
