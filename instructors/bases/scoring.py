"""From sheets to a score: two reviewers, and a third where they are far apart."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

STEP = Decimal("0.01")


def mean(values: Sequence[int]) -> Decimal:
    return (Decimal(sum(values)) / len(values)).quantize(STEP, ROUND_HALF_UP)


def needs_third(totals: Sequence[int], gap: int) -> bool:
    return len(totals) == 2 and abs(totals[0] - totals[1]) > gap


def final_score(totals: Sequence[int], gap: int) -> Decimal | None:
    """The mean of the two; of three that of the nearer pair, of all where both are as near. None while one is missing."""
    if len(totals) < 2 or needs_third(totals, gap):
        return None
    if len(totals) == 2:
        return mean(totals)
    low, middle, high = sorted(totals)
    if middle - low == high - middle:
        return mean(totals)
    return mean([low, middle] if middle - low < high - middle else [middle, high])
