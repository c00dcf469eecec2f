"""Whether those who know more get an item right more often: two indices, which need not agree."""

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from math import sqrt

from exams.statistics.moments import Values, spread, together

EXTREME = Fraction(27, 100)


def correlation(first: Values, second: Values, counts: Values) -> float | None:
    """Pearson's; None where one of the two does not vary."""
    product = spread(first, counts) * spread(second, counts)
    if not product:
        return None
    return max(-1.0, min(1.0, together(first, second, counts) / sqrt(product)))


def extreme_size(n: int) -> int:
    """How many make up the upper and how many the lower 27 %: rounded half up, one at least."""
    return max(1, int(EXTREME * n + Fraction(1, 2)))


def _shares(scores: Iterable[int], people: dict[int, int], size: int) -> dict[int, Fraction]:
    """Of each score, in this order, what part of its people belongs to a group of `size`.

    The score on the border gives every one of its people the same part: no order of a file decides.
    """
    found, left = {}, size
    for score in scores:
        taken = min(left, people[score])
        found[score] = Fraction(taken, people[score])
        left -= taken
        if not left:
            break
    return found


def index27(column: Values, full: int, totals: Values, counts: Values) -> float | None:
    """Facility in the upper 27 % less that in the lower 27 % by total. None where everybody has the same total."""
    people: dict[int, int] = defaultdict(int)
    earned: dict[int, int] = defaultdict(int)
    for score, value, count in zip(totals, column, counts, strict=True):
        people[score] += count
        earned[score] += value * count
    scores = sorted(score for score, number in people.items() if number)
    if len(scores) < 2 or not full:
        return None
    size = extreme_size(sum(counts))
    upper, lower = _shares(reversed(scores), people, size), _shares(scores, people, size)
    difference = _earned(upper, earned) - _earned(lower, earned)
    return float(difference / (size * full))


def _earned(shares: dict[int, Fraction], earned: dict[int, int]) -> Fraction:
    return sum((share * earned[score] for score, share in shares.items()), Fraction(0))
