"""What one person did with his paper, as the figures need it: whole cents, and answers in the author's words."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

CENTS = 100


@dataclass(frozen=True)
class Asked:
    """A question on somebody's paper. `by_hand` is the part of `full` that people give."""

    slot: int
    version: int
    full: int
    by_hand: int


@dataclass(frozen=True)
class Answered:
    """`earned` by version, None while people have not decided; `given` without what was left blank."""

    attempt: int
    paper: int
    form: str
    unit: str
    hall: int | None
    seat: int | None
    seconds: float | None
    asked: Sequence[Asked]
    earned: Mapping[int, int | None]
    given: Mapping[int, Hashable]
    touched: frozenset[int]
    moments: Sequence[datetime]
    marks: Decimal
    full: Decimal
    is_passed: bool | None = None

    def form_key(self, left_out: frozenset[int]) -> frozenset[int]:
        """Whoever has the same questions sat the same form, in whatever order they stood."""
        return frozenset(one.version for one in self.asked) - left_out

    def wrong(self, left_out: frozenset[int]) -> dict[int, Hashable]:
        """What was answered where machines gave less than full marks."""
        asked = [one for one in self.asked if not one.by_hand and one.version not in left_out]
        return {
            one.version: self.given[one.version]
            for one in asked
            if one.version in self.given and (self.earned[one.version] or 0) < one.full
        }


def cents(marks: Decimal) -> int:
    return int(marks * CENTS)
