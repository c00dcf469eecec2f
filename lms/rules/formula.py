"""What a formula says: three shapes, and plain parameters. Pure functions over the stored JSON.

linear      {"hours_per_credit": "2.5"}
minima      {"hours": "60", "credits": "24", "layers": {"ONLINE": {"hours": "20", "credits": "8"}, …}}
points      {"measure": "minutes", "steps": [{"above": "30", "inclusive": true, "hours": "1", "credits": null}, …],
             "bonus": [{"when": "test_passed", "hours": "0.5", "credits": null}], "times": "share"?}
parameters  {"items": [{"key": "half_day_hours", "label": "半天", "unit": "学时", "value": "4"}, …]}

Numbers are strings and become Decimal: no float ever touches hours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class Award:
    """Hours and credits for one activity; credits None where they follow from the hours."""

    hours: Decimal
    credits: Decimal | None = None


@dataclass(frozen=True)
class Minima:
    """What a year asks for: overall, and by layer as {layer: (hours, credits)}."""

    hours: Decimal = ZERO
    credits: Decimal = ZERO
    layers: Mapping[str, tuple[Decimal, Decimal]] = field(default_factory=dict)


def linear_credits(formula: Mapping, hours: Decimal) -> Decimal:
    """Credits for hours, not yet rounded."""
    return hours / Decimal(formula["hours_per_credit"])


def minima(formula: Mapping) -> Minima:
    layers = {
        layer: (Decimal(value["hours"]), Decimal(value["credits"]))
        for layer, value in formula.get("layers", {}).items()
    }
    return Minima(Decimal(formula.get("hours") or 0), Decimal(formula.get("credits") or 0), layers)


def points(formula: Mapping, quantity: Mapping) -> Award:
    """The first step whose bound the measure passes, plus every bonus whose condition holds.

    `quantity` holds the measure under its name (minutes, days, level …) and the conditions as booleans.
    A formula whose steps carry `per_unit` multiplies by the measure (half-days, lectures), one with `times` by
    that quantity, where it is given (an author's share).
    """
    measure = quantity[formula["measure"]]
    steps = [step for step in formula["steps"] if _passes(step, measure)]
    awards = steps[:1] + [bonus for bonus in formula.get("bonus", []) if quantity.get(bonus["when"])]
    factor = Decimal(str(measure)) if steps and steps[0].get("per_unit") else Decimal(1)
    factor *= Decimal(str(quantity.get(formula.get("times"), 1)))
    hours = sum((Decimal(award.get("hours") or 0) for award in awards), ZERO) * factor
    fixed = [Decimal(award["credits"]) for award in awards if award.get("credits") not in (None, "")]
    return Award(hours, sum(fixed, ZERO) * factor if fixed else None)


def _passes(step: Mapping, measure) -> bool:
    if "equals" in step:
        return str(measure) == step["equals"]
    bound, value = Decimal(step.get("above") or 0), Decimal(str(measure))
    return value >= bound if step.get("inclusive") else value > bound


def parameter(formula: Mapping, key: str) -> Decimal:
    """One value of a parameters formula. KeyError if the rule has no such item."""
    return Decimal(text_parameter(formula, key))


def text_parameter(formula: Mapping, key: str) -> str:
    for item in formula["items"]:
        if item["key"] == key:
            return item["value"]
    raise KeyError(key)


def round_to(value: Decimal, step: Decimal) -> Decimal:
    """To the nearest multiple of step, halves up (away from zero for what is reversed)."""
    return (value / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
