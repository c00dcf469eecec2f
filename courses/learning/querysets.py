from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import IntegerRangeField
from django.db.models import Aggregate, Count, Q

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import above

STANDING = ("COUNTED", "RELEASED")


class RangeUnion(Aggregate):
    """Ranges joined to one multirange."""

    function = "range_agg"
    output_field = IntegerRangeField()


class CourseProgressQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def under_way(self):
        return self.filter(completed_at=None)

    def with_lessons_read(self):
        return self.annotate(lessons_read=Count("readings", filter=Q(readings__finished_at__isnull=False)))


class WatchSpanQuerySet(ScopedQuerySet):
    unit_lookup = "progress__officer__unit"
    owner_lookup = "progress__officer__user"

    def quarantined(self):
        return self.filter(state="QUARANTINED")

    def rejected(self):
        return self.filter(state="REJECTED")

    def standing(self):
        return self.filter(state__in=STANDING)

    def summary(self, **more) -> dict:
        """What is known of one lesson: spans that count, spans in doubt, why."""
        doubted = Q(state="QUARANTINED")
        return self.order_by().aggregate(
            covered=RangeUnion("span", filter=Q(state__in=STANDING)),
            doubted=RangeUnion("span", filter=doubted),
            reasons=ArrayAgg("reason", filter=doubted, distinct=True, default=[]),
            **more,
        )

    def covered(self) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """What counts of each (progress, lesson), as sorted disjoint spans."""
        rows = self.standing().order_by().values_list("progress_id", "position").annotate(covered=RangeUnion("span"))
        return {(progress, position): pairs(covered) for progress, position, covered in rows}


def pairs(multirange) -> list[tuple[int, int]]:
    return [(span.lower, span.upper) for span in multirange or ()]


class CourseAssignmentQuerySet(ScopedQuerySet):
    """Seen by whoever is over its unit, and by those below it: the city's task binds their people too."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        permission = f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"
        return self.filter(user.scope_filter(permission, "unit") | Q(unit__path__in=above(user.scope(permission))))

    def for_officer(self, officer):
        """Standing tasks whose filter the officer meets today."""
        unit, entered = officer.unit, Q(entered_since=None)
        if officer.entered_on:
            entered |= Q(entered_since__lte=officer.entered_on)
        place = Q(unit__path__in=above([unit], itself=True)) | Q(unit=unit.daily_parent_id, unit__kind="STREET")
        named = self.model.people.through.objects.filter(officer=officer).values("courseassignment")
        mine = Q(is_named=False) | Q(pk__in=named)
        return self.filter(
            place, entered, mine, ended_at=None, rank__in=["", officer.rank], status__in=["", officer.status]
        )
