"""How a partly right answer counts: decided by the blueprint, the same for the whole paper."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Policy:
    """`strict`: all or nothing. `share`: any wrong is 0, each right one of a short list earns `per_option` marks.

    `weights`: what each choice weighs, added up and kept between 0 and full marks.
    """

    partial: str = "strict"
    per_option: Decimal = ZERO

    @property
    def is_strict(self) -> bool:
        return self.partial == "strict"


def rounded(marks: Decimal) -> Decimal:
    return marks.quantize(CENT, ROUND_HALF_UP)


def weighed(weights, marks: Decimal) -> Decimal:
    """Marks for weights added up, never below nothing nor above full."""
    total = sum((Decimal(weight) for weight in weights), ZERO)
    return rounded(min(max(total, ZERO), Decimal(1)) * marks)


def proportion(right: int, asked: int, marks: Decimal, policy: Policy) -> Decimal:
    """For answers of several places: all of them, or in proportion where the policy allows it."""
    if right == asked:
        return marks
    return ZERO if policy.is_strict or not asked else rounded(marks * right / asked)
