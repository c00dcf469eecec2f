"""How much a place was used. Whoever holds sessions there says it: apps above register how they count."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Use:
    """`attendances` are heads by session (人次), `hours` by the clock."""

    sessions: int = 0
    attendances: int = 0
    hours: Decimal = Decimal(0)

    def __add__(self, other: "Use") -> "Use":
        return Use(
            self.sessions + other.sessions, self.attendances + other.attendances, self.hours + other.hours
        )  # fmt: skip

    def __str__(self):
        return f"{self.sessions:,}次课、{self.attendances:,}人次、{self.hours:,.2f}小时"


Counter = Callable[[Collection[int], date, date], dict[int, Use]]
_counters: list[Counter] = []


def register(counter: Counter) -> None:
    """`counter(venue_pks, since, until)` gives what was held from the one day to the other, both included."""
    if counter not in _counters:
        _counters.append(counter)


def use_of(venues: Collection[int], since: date, until: date) -> dict[int, Use]:
    """By venue; every venue asked for has an answer."""
    found = {pk: Use() for pk in venues}
    for counter in _counters:
        for pk, use in counter(venues, since, until).items():
            found[pk] += use
    return found
