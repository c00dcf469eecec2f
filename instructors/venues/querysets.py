from django.db.models import Q

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import above, in_units


class VenueQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(is_open=True)

    def assignable_to(self, *units):
        """Open places a unit may teach in: its own, those of units below it, and those of the units above."""
        return self.open().filter(in_units(units, "unit") | Q(unit__path__in=above(units)))
