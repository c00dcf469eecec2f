from django.db.models import F

from lms.kit.querysets import ScopedQuerySet

LAYERS = ("ONLINE", "UNIT", "TEAM")


TOTALS = [
    f"{layer}{name}" for layer in ("", *(f"{layer.lower()}_" for layer in LAYERS)) for name in ("hours", "credits")
]


class ObligationQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def for_year(self, year: int):
        return self.filter(year=year)

    def with_totals(self):
        """Each person-year with what the ledger sums to: the one source of every number shown.

        Adds got_hours, got_credits and got_<layer>_hours/_credits (counted entries only).
        """
        # A view, not eight Sum(): it adds up index entries per person-year, so one officer costs 1 ms, and the
        # city less than half of what a GROUP BY over its million lines costs.
        return self.annotate(**{f"got_{name}": F(f"total__{name}") for name in TOTALS})


class EntryQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def for_year(self, year: int):
        return self.filter(year=year)

    def standing(self):
        """Entries that still count: neither reversed nor reversals."""
        return self.filter(reverses=None, reversed_by=None)


class ImportedRecordQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"


class CorrectionQuerySet(ScopedQuerySet):
    unit_lookup = "entry__officer__unit"

    def open(self):
        return self.filter(checked_by=None)
