"""How far the items of one form measure the same thing. None where that is undefined; a negative value is a value."""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

from exams.statistics.moments import Values, population_variance, sample_variance, spread, total


def sums(columns: Sequence[Values]) -> list[int]:
    """What each person earned in all."""
    return [sum(row) for row in zip(*columns, strict=True)]


def coefficient(k: int, of_items: int, of_totals: int) -> float | None:
    """Cronbach's, from the sum of the items' variances and that of the totals, both of the same kind."""
    if k < 2 or not of_totals:
        return None
    return float(Fraction(k, k - 1) * (1 - Fraction(of_items, of_totals)))


def alpha(columns: Sequence[Values], counts: Values) -> float | None:
    if not columns or sum(counts) < 2:
        return None
    of_items = sum(spread(column, counts) for column in columns)
    return coefficient(len(columns), of_items, spread(sums(columns), counts))


def kr20(columns: Sequence[Values], counts: Values) -> float | None:
    """Kuder and Richardson's formula 20 over columns of 0 and 1, whose p·q belongs to the population variance."""
    k, n = len(columns), sum(counts)
    of_totals = population_variance(sums(columns), counts) if k > 1 and n > 1 else 0
    if not of_totals:
        return None
    shares = [Fraction(total(column, counts), n) for column in columns]
    return float(Fraction(k, k - 1) * (1 - sum(p * (1 - p) for p in shares) / of_totals))


def standard_deviation(totals: Values, counts: Values) -> float | None:
    variance = sample_variance(totals, counts)
    return None if variance is None else sqrt(variance)


def standard_error(totals: Values, counts: Values, coefficient: float | None) -> float | None:
    """Of measurement, in the unit of the totals: by how much a score differs from the true one, as a rule."""
    deviation = standard_deviation(totals, counts)
    return None if coefficient is None or deviation is None else deviation * sqrt(1 - coefficient)
