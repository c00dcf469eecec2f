"""The criteria a submission is judged by: items of a rule version, each with the most it can bring."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.core.exceptions import ValidationError

CENT = Decimal("0.01")


class Criterion(NamedTuple):
    key: str
    label: str
    most: Decimal


def criteria(formula: Mapping) -> list[Criterion]:
    return [Criterion(item["key"], item["label"], Decimal(item["value"])) for item in formula["items"]]


def checked_scores(formula: Mapping, scores: Mapping) -> dict[str, str]:
    """Every criterion scored within its bounds, as text. ValidationError names the first that is not."""
    found = {}
    for one in criteria(formula):
        value = scores.get(one.key)
        if value is None or not 0 <= Decimal(value) <= one.most:
            raise ValidationError(f"“{one.label}”应在0至{one.most.normalize():f}分之间。", code="score")
        found[one.key] = str(value)
    return found


def total(scores: Mapping) -> Decimal:
    return sum((Decimal(value) for value in scores.values()), Decimal(0))


def average(totals: list[Decimal]) -> Decimal:
    return (sum(totals, Decimal(0)) / len(totals)).quantize(CENT, ROUND_HALF_UP)
