"""What a form and its items say of themselves, from who earned what. Pure; the command and the job use the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from exams.statistics.discrimination import correlation, index27
from exams.statistics.moments import Values, spread, total
from exams.statistics.reliability import alpha, coefficient, kr20, standard_deviation, standard_error, sums


@dataclass(frozen=True)
class Matrix:
    """`columns[i][j]`: what was earned on item i by the j-th pattern, which `counts[j]` people share.

    Whole numbers of 1/`scale` of a mark; `full[i]` is what the item gives at most.
    """

    columns: Sequence[Values]
    full: Values
    counts: Values
    scale: int = 1

    @property
    def n(self) -> int:
        return sum(self.counts)

    @cached_property
    def totals(self) -> list[int]:
        return sums(self.columns)

    @cached_property
    def rights(self) -> list[list[int]] | None:
        """1 for full marks and 0 for none; None where anybody earned a part."""
        if any(
            value not in (0, full) for column, full in zip(self.columns, self.full, strict=True) for value in column
        ):
            return None
        return [[int(value == full) for value in column] for column, full in zip(self.columns, self.full, strict=True)]

    @cached_property
    def spreads(self) -> list[int]:
        return [spread(column, self.counts) for column in self.columns]


@dataclass(frozen=True)
class ItemFigures:
    n: int
    facility: float | None
    item_rest: float | None
    index27: float | None
    alpha_if_deleted: float | None = None


@dataclass(frozen=True)
class FormFigures:
    n: int
    k: int
    mean: float | None
    sd: float | None
    alpha: float | None
    kr20: float | None
    sem: float | None
    items: list[ItemFigures]


def form_figures(matrix: Matrix) -> FormFigures:
    n, totals, counts = matrix.n, matrix.totals, matrix.counts
    deviation, found = standard_deviation(totals, counts), alpha(matrix.columns, counts)
    error = standard_error(totals, counts, found)
    return FormFigures(
        n=n, k=len(matrix.columns), alpha=found,
        kr20=None if matrix.rights is None else kr20(matrix.rights, counts),
        mean=total(totals, counts) / n / matrix.scale if n else None,
        sd=None if deviation is None else deviation / matrix.scale,
        sem=None if error is None else error / matrix.scale,
        items=[_item(matrix, place) for place in range(len(matrix.columns))],
    )  # fmt: skip


def _item(matrix: Matrix, place: int) -> ItemFigures:
    column, full, totals, counts = matrix.columns[place], matrix.full[place], matrix.totals, matrix.counts
    rest = [whole - earned for whole, earned in zip(totals, column, strict=True)]
    others = sum(matrix.spreads) - matrix.spreads[place]
    return ItemFigures(
        n=matrix.n, facility=facility(column, full, counts), item_rest=correlation(column, rest, counts),
        index27=index27(column, full, totals, counts),
        alpha_if_deleted=coefficient(len(matrix.columns) - 1, others, spread(rest, counts)),
    )  # fmt: skip


def facility(column: Values, full: int, counts: Values) -> float | None:
    """The part of the marks there were to earn that was earned."""
    possible = full * sum(counts)
    return total(column, counts) / possible if possible else None


def lone_figures(column: Values, full: int, rests: Values, ranks: Values) -> ItemFigures:
    """Of an item whose people had otherwise different papers: by the rest of each one's own."""
    counts = [1] * len(column)
    return ItemFigures(
        n=len(column), facility=facility(column, full, counts), item_rest=correlation(column, rests, counts),
        index27=index27(column, full, ranks, counts),
    )  # fmt: skip
