from datetime import date
from decimal import Decimal

from django.db import transaction

from lms.ledger.models import Obligation
from lms.people.models import Officer
from lms.rules.formula import Minima, minima, round_to
from lms.rules.models import RuleVersion
from lms.rules.services import rule_value

TOTALS, BY_LAYER, NEW_ENTRANTS, PRO_RATA = "R01", "R03", "R19", "R20"
YEAR_MONTHS = 12


def months_on_duty(entered_on: date | None, year: int) -> int:
    """Months of a year served, counting from the month after entry."""
    if entered_on is None or entered_on.year < year:
        return YEAR_MONTHS
    return max(YEAR_MONTHS - entered_on.month, 0) if entered_on.year == year else 0


def prorated(full: Minima, months: Decimal, step: Decimal) -> Minima:
    """Each value times months ÷ 12, to the nearest step; never above the full year, never below zero."""
    share = min(max(months, Decimal(0)), Decimal(YEAR_MONTHS)) / YEAR_MONTHS

    def part(value: Decimal) -> Decimal:
        return min(round_to(value * share, step), value)

    layers = {layer: (part(hours), part(credits)) for layer, (hours, credits) in full.layers.items()}
    return Minima(part(full.hours), part(full.credits), layers)


def required_minima(year: int) -> tuple[Minima, RuleVersion]:
    """The full year's duty under the rules in force on its last day that is already known."""
    day = date(year, 12, 31)
    totals, layers = (RuleVersion.objects.in_force(code, day) for code in (TOTALS, BY_LAYER))
    if totals is None or layers is None:
        raise LookupError(f"no rule {TOTALS} or {BY_LAYER} in force in {year}")
    overall = minima(totals.formula)
    return Minima(overall.hours, overall.credits, minima(layers.formula).layers), totals


def due_minima(officer: Officer, year: int, full: Minima) -> tuple[Minima, int]:
    """What this officer owes (R19, R20) and for how many months."""
    last_day = date(year, 12, 31)
    months = months_on_duty(officer.entered_on, year)
    if months < YEAR_MONTHS and rule_value(NEW_ENTRANTS, "duty_in_entry_year", last_day) != "1":
        months = 0
    step = Decimal(rule_value(PRO_RATA, "step", last_day))
    return prorated(full, Decimal(months), step), months


@transaction.atomic
def ensure_obligation(officer: Officer, year: int) -> Obligation:
    """The officer's year, made on first use."""
    found = Obligation.objects.filter(officer=officer, year=year).first()
    if found:
        return found
    full, version = required_minima(year)
    due, months = due_minima(officer, year, full)
    made = unsaved_obligation(officer, year, due, months, version)
    values = {name: getattr(made, name) for name in ("hours", "credits", "layers", "months", "reason", "rule_version")}
    return Obligation.objects.get_or_create(officer=officer, year=year, defaults=values)[0]


def unsaved_obligation(officer: Officer, year: int, due: Minima, months: int, version: RuleVersion) -> Obligation:
    return Obligation(
        officer=officer, year=year, hours=due.hours, credits=due.credits,
        layers={layer: {"hours": str(h), "credits": str(c)} for layer, (h, c) in due.layers.items()},
        months=months, reason="" if months == YEAR_MONTHS else "年内新进，按在岗月数折算", rule_version=version,
    )  # fmt: skip
