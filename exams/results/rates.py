"""How many of how many: a rate that cannot be said without its fraction, and groups too small to be named alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.ledger.templatetags.amounts import share


@dataclass(frozen=True)
class Rate:
    part: int
    whole: int

    def __str__(self):
        return share(self.part, self.whole)

    def __format__(self, spec: str) -> str:
        if spec:
            raise TypeError("a rate is printed with its fraction or not at all")
        return str(self)

    def __add__(self, other: "Rate") -> "Rate":
        return Rate(self.part + other.part, self.whole + other.whole)


@dataclass(frozen=True)
class Row:
    """`rate` is None where it is not shown."""

    name: str
    people: int
    rate: Rate | None


def rows_of(groups: Mapping[str, Rate], least: int) -> list[Row]:
    """Groups in their order; those too small to be shown alone go together under one name at the end."""
    small = hidden({name: rate.whole for name, rate in groups.items()}, least)
    rows = [Row(name, rate.whole, rate) for name, rate in groups.items() if name not in small]
    if small:
        together = sum((groups[name] for name in small), Rate(0, 0))
        is_enough = together.whole >= least
        rows.append(Row(f"其余{len(small)}个单位", together.whole, together if is_enough else None))
    return rows


def hidden(sizes: Mapping[str, int], least: int) -> set[str]:
    """Groups below the least; where they are too few together, the next one too, or the total would give them away."""
    small = {name for name, size in sizes.items() if size < least}
    others = sorted((size, name) for name, size in sizes.items() if name not in small)
    if small and others and sum(sizes[name] for name in small) < least:
        small.add(others[0][1])
    return small
