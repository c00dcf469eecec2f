from datetime import timedelta

from django.db.models import JSONField, Subquery

from instructors.venues.opening import RULE
from lms.kit.querysets import ScopedQuerySet
from lms.rules.models import RuleVersion


class RoomQuerySet(ScopedQuerySet):
    unit_lookup = "venue__unit"

    def with_standard(self, day):
        """Each row with `standard`, the formula that says what a grade needs on that day."""
        in_force = RuleVersion.objects.approved().filter(rule__code=RULE, effective_from__lte=day)
        formula = in_force.order_by("-effective_from").values("formula")[:1]
        return self.annotate(standard=Subquery(formula, output_field=JSONField()))

    def graded(self):
        return self.exclude(current=None).exclude(current__grade="")

    def ungraded(self):
        return self.exclude(pk__in=self.graded())

    def recheck_due(self, day, ahead: timedelta = timedelta()):
        """Those whose grade runs out by a day, or within a stretch of time after it."""
        return self.filter(current__recheck_on__lte=day + ahead)


class OfRoomQuerySet(ScopedQuerySet):
    unit_lookup = "room__venue__unit"
