"""How many people earned how much, in steps of the full marks, with the line that passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

STEPS = 20


@dataclass(frozen=True)
class Step:
    """From `low` up to `high`, which belongs to the next; full marks belong to the last."""

    low: Decimal
    high: Decimal
    count: int


def steps(marks: Sequence[Decimal], full: Decimal, number: int = STEPS) -> list[Step]:
    """Of a full of nothing there are none."""
    if full <= 0:
        return []
    counts = [0] * number
    for one in marks:
        counts[min(int(one * number / full), number - 1)] += 1
    return [Step(full * place / number, full * (place + 1) / number, count) for place, count in enumerate(counts)]


def median(marks: Sequence[Decimal]) -> Decimal | None:
    ordered, middle = sorted(marks), len(marks) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
