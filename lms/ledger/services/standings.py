from datetime import date

from lms.ledger.models import Entry, Obligation
from lms.ledger.services.obligations import BY_LAYER, TOTALS, ensure_obligation
from lms.ledger.standing import Standing, standing_of
from lms.people.models import Officer
from lms.rules.models import RuleVersion
from lms.rules.services import year_labels

COMPULSORY = "R36"


def standing(officer: Officer, year: int) -> tuple[Obligation, Standing]:
    """The officer's year with its sums, in a fixed number of queries."""
    obligation = _with_totals(officer, year) or _with_totals(officer, ensure_obligation(officer, year).year)
    versions = RuleVersion.objects.in_force_by_code([TOTALS, BY_LAYER, COMPULSORY], date(year, 12, 31))
    missing = _missing_modules(officer, year, versions.get(COMPULSORY))
    is_confirmed = all(versions[code].is_confirmed for code in (TOTALS, BY_LAYER) if code in versions)
    return obligation, standing_of(obligation, year_labels("LAYER", year), missing, is_confirmed=is_confirmed)


def _missing_modules(officer: Officer, year: int, version: RuleVersion | None) -> list[tuple[str, str]]:
    """(code, label) of the year's compulsory modules without a standing entry."""
    if version is None:
        return []
    done = set(
        Entry.objects.standing()
        .filter(obligation__officer=officer, obligation__year=year)
        .exclude(module="")
        .values_list("module", flat=True)
    )
    return [
        (item["key"], item["label"])
        for item in version.formula["items"]
        if item["value"] == "1" and item["key"] not in done
    ]


def _with_totals(officer: Officer, year: int) -> Obligation | None:
    return Obligation.objects.for_year(year).filter(officer=officer).with_totals().first()
