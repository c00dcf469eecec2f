"""How much media time may count: what the server's clock has let pass since the lease began, times the speed allowed.

Pure. Every millisecond of new coverage is paid for; watching again costs nothing and adds nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from courses.learning.coverage import Span, first, length, subtract, union

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Budget:
    """`left` milliseconds of media may still count; time was last added at `seen_at`."""

    seen_at: datetime
    left: int = 0

    def until(self, now: datetime, speed: Decimal, most: int) -> "Budget":
        """Time passed is added, at most `most` of it is kept; a clock set back adds nothing and takes nothing."""
        if now <= self.seen_at:
            return self
        earned = int((now - self.seen_at) // MILLISECOND * speed)
        return Budget(now, min(self.left + earned, most))


@dataclass(frozen=True)
class Counted:
    counted: list[Span]
    excess: list[Span]
    budget: Budget


def count(spans: Sequence[Span], covered: Sequence[Span], budget: Budget) -> Counted:
    """What of the spans counts (with what was covered before), what is beyond the budget, and what is left of it."""
    fresh = subtract(spans, covered)
    paid = first(fresh, budget.left)
    excess = subtract(fresh, paid)
    return Counted(union([*paid, *subtract(spans, fresh)]), excess, Budget(budget.seen_at, budget.left - length(paid)))
