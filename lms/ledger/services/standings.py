from datetime import date

from lms.ledger.models import Entry, Obligation
from lms.ledger.services.obligations import ensure_obligation
from lms.ledger.standing import Standing, standing_of
from lms.people.models import Officer
from lms.rules.models import RuleVersion
from lms.rules.services import year_labels

COMPULSORY = "R36"


def standing(officer: Officer, year: int) -> tuple[Obligation, Standing]:
    """The officer's year with its sums, in a fixed number of queries."""
    obligation = _with_totals(officer, year) or _with_totals(officer, ensure_obligation(officer, year).year)
    missing = missing_modules(officer, year)
    return obligation, standing_of(obligation, year_labels("LAYER", year), missing)


def missing_modules(officer: Officer, year: int) -> list[tuple[str, str]]:
    """(code, label) of the year's compulsory modules without a standing entry."""
    version = RuleVersion.objects.in_force(COMPULSORY, date(year, 12, 31))
    if version is None:
        return []
    done = set(
        Entry.objects.standing()
        .filter(obligation__officer=officer, obligation__year=year)
        .exclude(module="")
        .values_list("module", flat=True)
    )
    return [(item["key"], item["label"]) for item in version.formula["items"] if item["key"] not in done]


def _with_totals(officer: Officer, year: int) -> Obligation | None:
    return Obligation.objects.for_year(year).filter(officer=officer).with_totals().first()
