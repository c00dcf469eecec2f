from decimal import Decimal

from django.db.models import DecimalField, Q, Sum, Value
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet

LAYERS = ("ONLINE", "UNIT", "TEAM")


def _sum(field: str, counts: str, digits: int, **where):
    return Coalesce(
        Sum(f"entries__{field}", filter=Q(**{f"entries__{counts}": True}, **where)),
        Value(Decimal(0)),
        output_field=DecimalField(max_digits=9, decimal_places=digits),
    )


class ObligationQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def for_year(self, year: int):
        return self.filter(year=year)

    def with_totals(self):
        """Each person-year with what the ledger sums to: the one source of every number shown.

        Adds got_hours, got_credits and got_<layer>_hours/_credits (counted entries only).
        """
        totals = {
            "got_hours": _sum("hours", "counts_hours", 2),
            "got_credits": _sum("credits", "counts_credits", 1),
        }
        for layer in LAYERS:
            name = layer.lower()
            totals[f"got_{name}_hours"] = _sum("hours", "counts_hours", 2, entries__layer=layer)
            totals[f"got_{name}_credits"] = _sum("credits", "counts_credits", 1, entries__layer=layer)
        return self.annotate(**totals)


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
