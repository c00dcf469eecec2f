"""Sums over whole numbers of the smallest mark, each value counted as often as people earned it. Nothing is rounded."""

from collections.abc import Sequence
from fractions import Fraction

Values = Sequence[int]


def total(values: Values, counts: Values) -> int:
    return sum(value * count for value, count in zip(values, counts, strict=True))


def together(first: Values, second: Values, counts: Values) -> int:
    """n² times the population covariance of two columns."""
    products = sum(a * b * count for a, b, count in zip(first, second, counts, strict=True))
    return sum(counts) * products - total(first, counts) * total(second, counts)


def spread(values: Values, counts: Values) -> int:
    """n² times the population variance."""
    return together(values, values, counts)


def population_variance(values: Values, counts: Values) -> Fraction:
    return Fraction(spread(values, counts), sum(counts) ** 2)


def sample_variance(values: Values, counts: Values) -> Fraction | None:
    """None of fewer than two people."""
    n = sum(counts)
    return Fraction(spread(values, counts), n * (n - 1)) if n > 1 else None
