from datetime import date

from django.db.models import Q

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import above, in_units


class InstructorQuerySet(ScopedQuerySet):
    owner_lookup = "officer__user"

    def active_on(self, day: date):
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)

    def assignable_to(self, *units):
        """Who may teach for a unit: its own and those of units below, those of the units above, and the city's."""
        near = in_units(units, "unit") | Q(unit__path__in=above(units))
        return self.filter(near | Q(level="CITY"))


class TeachingQuerySet(ScopedQuerySet):
    unit_lookup = "instructor__unit"
    owner_lookup = "instructor__officer__user"

    def standing(self):
        return self.filter(voided_at=None)
