"""Where an officer stands against the year's duty: the numbers behind the gap card, from summed totals."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """Got and required hours and credits of one layer, or of the whole year."""

    code: str
    label: str
    hours: Decimal
    credits: Decimal
    due_hours: Decimal
    due_credits: Decimal

    @cached_property
    def hours_left(self) -> Decimal:
        return max(self.due_hours - self.hours, ZERO)

    @cached_property
    def credits_left(self) -> Decimal:
        return max(self.due_credits - self.credits, ZERO)

    @cached_property
    def is_met(self) -> bool:
        return not self.hours_left and not self.credits_left

    @property
    def hours_share(self) -> Decimal:
        return _share(self.hours, self.due_hours)

    @property
    def credits_share(self) -> Decimal:
        return _share(self.credits, self.due_credits)


@dataclass(frozen=True)
class Standing:
    """Met only when totals, every layer and every compulsory module are: four separate tests."""

    total: Part
    layers: tuple[Part, ...]
    missing_modules: tuple[tuple[str, str], ...] = ()
    is_confirmed: bool = True

    @cached_property
    def is_met(self) -> bool:
        return self.total.is_met and all(part.is_met for part in self.layers) and not self.missing_modules


def _share(got: Decimal, due: Decimal) -> Decimal:
    """Per cent of what is due, 0 to 100; all of it where nothing is due."""
    if not due:
        return Decimal(100)
    return min(max(got, ZERO) / due * 100, Decimal(100)).quantize(Decimal("0.01"))


def standing_of(obligation, labels: dict[str, str], missing_modules=(), *, is_confirmed=True) -> Standing:
    """From an Obligation fetched `with_totals()`; `labels` names the layers of its year."""
    total = Part("", "全年", obligation.got_hours, obligation.got_credits, obligation.hours, obligation.credits)
    layers = tuple(
        Part(
            code,
            labels.get(code, code),
            getattr(obligation, f"got_{code.lower()}_hours"),
            getattr(obligation, f"got_{code.lower()}_credits"),
            Decimal(due["hours"]),
            Decimal(due["credits"]),
        )
        for code, due in sorted(obligation.layers.items(), key=lambda item: _ORDER.index(item[0]))
    )
    return Standing(total, layers, tuple(missing_modules), is_confirmed)


_ORDER = ("ONLINE", "UNIT", "TEAM")
