from datetime import date

from django.db.models import Q

from lms.kit.querysets import ScopedQuerySet


class InstructorQuerySet(ScopedQuerySet):
    owner_lookup = "officer__user"

    def active_on(self, day: date):
        return self.filter(Q(until_on=None) | Q(until_on__gte=day), from_on__lte=day)


class TeachingQuerySet(ScopedQuerySet):
    unit_lookup = "instructor__unit"
    owner_lookup = "instructor__officer__user"
