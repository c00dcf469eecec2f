"""What two, three or four marks come to. Pure: numbers in, a decision out.

2+1     two markers; beyond the threshold the group leader decides
2+1+1   beyond it a third marker, blind; beyond it again the leader
strict  as 2+1+1, but a difference as large as the threshold is already too large
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

TWO_ONE, TWO_ONE_ONE, STRICT = "2+1", "2+1+1", "strict"
HIGHER, MEAN, ARBITER = "higher", "mean", "arbiter"


@dataclass(frozen=True)
class Policy:
    """`equidistant`: what counts where the third lies as near to the one as to the other; "" where nobody has said.

    `arbiter_final`: the leader's mark stands; otherwise it is averaged with the nearest of the others.
    """

    mode: str
    threshold: Decimal
    is_inclusive: bool = True
    places: int = 1
    equidistant: str = ""
    arbiter_final: bool = True

    def agree(self, one: Decimal, other: Decimal) -> bool:
        difference = abs(one - other)
        if self.mode != STRICT and self.is_inclusive:
            return difference <= self.threshold
        return difference < self.threshold

    def rounded(self, marks: Decimal) -> Decimal:
        return marks.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)


@dataclass(frozen=True)
class Decision:
    """`value` once nothing is needed; otherwise who is: "third", "arbiter", or "policy" that nobody has stated."""

    value: Decimal | None
    needs: str
    why: str


def decide(
    policy: Policy, first: Decimal, second: Decimal, third: Decimal | None = None, arbiter: Decimal | None = None
) -> Decision:
    if arbiter is not None:
        return _arbitrated(policy, [one for one in (first, second, third) if one is not None], arbiter)
    if third is not None:
        return _with_third(policy, first, second, third)
    if policy.agree(first, second):
        return Decision(policy.rounded((first + second) / 2), "none", "agreed")
    return Decision(None, "arbiter" if policy.mode == TWO_ONE else "third", "apart")


def _with_third(policy: Policy, first: Decimal, second: Decimal, third: Decimal) -> Decision:
    to_first, to_second = abs(third - first), abs(third - second)
    nearest = first if to_first < to_second else second
    if not policy.agree(third, nearest):
        return Decision(None, "arbiter", "third_apart")
    if to_first == to_second and first != second:
        return _equidistant(policy, first, second, third)
    return Decision(policy.rounded((third + nearest) / 2), "none", "nearest")


def _equidistant(policy: Policy, first: Decimal, second: Decimal, third: Decimal) -> Decision:
    if policy.equidistant == HIGHER:
        return Decision(policy.rounded((third + max(first, second)) / 2), "none", "higher")
    if policy.equidistant == MEAN:
        return Decision(policy.rounded((first + second + third) / 3), "none", "mean")
    return Decision(None, "arbiter" if policy.equidistant == ARBITER else "policy", "equidistant")


def _arbitrated(policy: Policy, marks: list[Decimal], arbiter: Decimal) -> Decision:
    if policy.arbiter_final:
        return Decision(policy.rounded(arbiter), "none", "arbiter")
    nearest = min(marks, key=lambda one: (abs(one - arbiter), -one))
    return Decision(policy.rounded((arbiter + nearest) / 2), "none", "arbiter_nearest")
