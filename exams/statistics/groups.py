"""Figures by unit, none of them of so few people that one could be told from the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Member:
    unit: str
    marks: Decimal
    is_passed: bool | None


@dataclass(frozen=True)
class Group:
    """`passed` is None where it is not yet decided. `units` says how many stand together under this name."""

    name: str
    n: int
    mean: Decimal
    passed: int | None
    units: int = 1


OTHERS = "人数少的单位合计"


def by_unit(members: Sequence[Member], least: int) -> list[Group]:
    """The largest first; units of fewer than `least` people together, and with them whatever they could be worked out from.

    Nothing at all where even all of them are too few.
    """
    found: dict[str, list[Member]] = {}
    for one in members:
        found.setdefault(one.unit, []).append(one)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    hidden: list[list[Member]] = []
    while ordered and len(ordered[-1][1]) < least:
        hidden.append(ordered.pop()[1])
    # One group alone could be had by subtracting the others from the total: the next smallest goes with it.
    while ordered and hidden and (len(hidden) < 2 or sum(map(len, hidden)) < least):
        hidden.append(ordered.pop()[1])
    groups = [_group(name, several) for name, several in ordered]
    together = [one for several in hidden for one in several]
    return groups + ([_group(OTHERS, together, len(hidden))] if len(together) >= least else [])


def _group(name: str, members: Sequence[Member], units: int = 1) -> Group:
    n = len(members)
    passed = None if any(one.is_passed is None for one in members) else sum(bool(one.is_passed) for one in members)
    return Group(name, n, sum((one.marks for one in members), Decimal(0)) / n, passed, units)
