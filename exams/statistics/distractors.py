"""What people chose: of every option how many, and how many of those at the top and at the bottom."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from exams.statistics.discrimination import extreme_size

GROUPS, COMMONEST = 5, 8


@dataclass(frozen=True)
class Chosen:
    """`fifths`: how many chose it in each fifth of the people, the lowest scores first."""

    option: Hashable
    n: int
    low: int
    high: int
    fifths: list[int]


@dataclass(frozen=True)
class Choices:
    n: int
    low_n: int
    high_n: int
    fifth_n: list[int]
    rows: list[Chosen]


def border(totals: Sequence[int], size: int, *, is_high: bool) -> int:
    """The total from which one belongs to the best, or up to which to the weakest; whoever ties belongs too."""
    return sorted(totals, reverse=is_high)[size - 1]


def choices(chosen: Sequence[frozenset], totals: Sequence[int], options: Sequence[Hashable] = ()) -> Choices:
    """`chosen[j]` are the options of the j-th person, none where he left it blank.

    Without named `options` the commonest answers are listed.
    """
    if not totals:
        return Choices(0, 0, 0, [0] * GROUPS, [])
    size = extreme_size(len(totals))
    bottom, top = border(totals, size, is_high=False), border(totals, size, is_high=True)
    low = [total <= bottom for total in totals]
    high = [total >= top for total in totals]
    fifth = fifths(totals)
    everything = Counter(option for one in chosen for option in one)
    named = options or [option for option, _ in sorted(everything.items(), key=lambda pair: (-pair[1], str(pair[0])))]
    rows = []
    for option in named if options else named[:COMMONEST]:
        has = [option in one for one in chosen]
        in_fifth = Counter(group for group, is_chosen in zip(fifth, has, strict=True) if is_chosen)
        rows.append(
            Chosen(option, sum(has), _both(has, low), _both(has, high), [in_fifth[group] for group in range(GROUPS)])
        )
    sizes = Counter(fifth)
    return Choices(len(totals), sum(low), sum(high), [sizes[group] for group in range(GROUPS)], rows)


def _both(first: Sequence[bool], second: Sequence[bool]) -> int:
    return sum(a and b for a, b in zip(first, second, strict=True))


def fifths(totals: Sequence[int]) -> list[int]:
    """Which fifth each belongs to by rank; whoever has the same total is in the same one."""
    first_rank: dict[int, int] = {}
    for rank, total in enumerate(sorted(totals)):
        first_rank.setdefault(total, rank)
    numbers = Counter(totals)
    middle = {total: first_rank[total] + (numbers[total] - 1) / 2 for total in numbers}
    return [min(int(middle[total] * GROUPS / len(totals)), GROUPS - 1) for total in totals]
