from datetime import date

from django.db.models import Avg, Count, DecimalField, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import above, in_units


def related(rows: QuerySet, name: str):
    return rows.model._meta.get_field(name).related_model.objects


class InstructorQuerySet(ScopedQuerySet):
    owner_lookup = "officer__user"

    def active_on(self, day: date):
        """The one answer to whether somebody may teach on a day: an appointment in force, and nothing that bars him.

        The database asks the same of every session (`pool_instructor_active`).
        """
        return self.filter(Exists(self._in_force(day)), ~self._barred(day))

    def with_active(self, day: date):
        """With `is_active`, and `is_suspended` while a suspension lasts or is still to come."""
        own = Q(instructor=OuterRef("pk")) | Q(officer=OuterRef("officer"))
        lasting = Q(during__endswith__gt=day) | Q(during__endswith=None)
        suspended = related(self, "bars").filter(own, lasting, kind="SUSPENDED")
        return self.annotate(is_active=Exists(self._in_force(day)) & ~self._barred(day), is_suspended=Exists(suspended))

    def _in_force(self, day: date):
        return related(self, "appointments").in_force_on(day).filter(instructor=OuterRef("pk"))

    def _barred(self, day: date):
        own = Q(instructor=OuterRef("pk")) | Q(officer=OuterRef("officer"))
        return Exists(related(self, "bars").on(day).filter(own))

    def assignable_to(self, *units, day: date):
        """Who may teach for a unit on a day, by one appointment: its own, one below or above it, or the city's."""
        held = related(self, "appointments").in_force_on(day).reaching(*units)
        return self.filter(Exists(held.filter(instructor=OuterRef("pk"))))

    def teaching_in(self, year: int):
        """With `lectures` and `taught_hours` of a year, from the lessons that stand."""
        lessons = related(self, "teachings").standing().filter(instructor=OuterRef("pk"), on__year=year)
        counted = lessons.order_by().values("instructor").annotate(n=Count("pk"), sum=Sum("delivered_hours"))
        hours = DecimalField(max_digits=7, decimal_places=2)
        return self.annotate(
            lectures=Coalesce(Subquery(counted.values("n")), 0),
            taught_hours=Coalesce(Subquery(counted.values("sum")), 0, output_field=hours),
        )


class AppointmentQuerySet(ScopedQuerySet):
    owner_lookup = "instructor__officer__user"

    def in_force_on(self, day: date):
        return self.approved().filter(during__contains=day)

    def approved(self):
        return self.filter(checked_at__isnull=False)

    def proposed(self):
        return self.filter(checked_at=None, refused_at=None)

    def new_in(self, year: int):
        """First appointments of a level begun in a year; a renewal is none."""
        return self.approved().filter(during__startswith__year=year, renews=None)

    def reaching(self, *units):
        near = in_units(units, "unit") | Q(unit__path__in=above(units))
        return self.filter(near | Q(level="CITY"))


class BarQuerySet(QuerySet):
    def on(self, day: date):
        return self.filter(during__contains=day)


class TeachingQuerySet(ScopedQuerySet):
    unit_lookup = "instructor__unit"
    owner_lookup = "instructor__officer__user"

    def standing(self):
        return self.filter(voided_at=None)


class RatingQuerySet(ScopedQuerySet):
    unit_lookup = "instructor__unit"

    def summed(self) -> dict:
        """{"n": how many, "mean": their average or None}; who shows it looks at `n` first."""
        return self.aggregate(n=Count("pk"), mean=Avg("score"))


class RoundQuerySet(ScopedQuerySet):
    """A unit also sees the rounds of the units above it, where it may put its own people forward."""

    def visible_to(self, user):
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        return rows | self.filter(unit__path__in=above(user.scope("pool.view_selectionround")))

    def open(self):
        return self.filter(state="OPEN")

    def offered_to(self, unit):
        """Rounds of the unit itself and of those above it."""
        return self.open().filter(unit__path__in=above([unit], itself=True))

    def with_counts(self):
        passed = Q(nominations__appointment__checked_at__isnull=False)
        return self.annotate(
            nominated=Count("nominations", filter=~Q(nominations__state="WITHDRAWN"), distinct=True),
            appointed=Count("nominations", filter=passed, distinct=True),
        )


class NominationQuerySet(ScopedQuerySet):
    """The unit of the round decides (`within`); a unit also sees its own people in the rounds of others."""

    unit_lookup = "round__unit"

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        held, own = (user.scope_filter("pool.view_nomination", lookup) for lookup in ("round__unit", "unit"))
        return self.filter(held | own | Q(officer__user=user))

    def live(self):
        return self.exclude(state="WITHDRAWN")

    def with_scores(self):
        scored = Q(reviews__scored_at__isnull=False)
        return self.annotate(
            asked=Count("reviews", distinct=True),
            scored=Count("reviews", filter=scored, distinct=True),
            mean=Avg("reviews__total", filter=scored),
        )


class TrialQuerySet(QuerySet):
    def waiting(self):
        return self.filter(scored_at=None, nomination__state="TRIAL")


class YearReviewQuerySet(ScopedQuerySet):
    unit_lookup = "instructor__unit"
    owner_lookup = "instructor__officer__user"

    def undecided(self):
        return self.filter(decision="")


class PodiumQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def serving_in(self, year: int):
        return self.filter(during__overlap=(date(year, 1, 1), date(year + 1, 1, 1)))

    def with_lectures(self, year: int):
        """With `lectures` held in a year and `last_on`, the day of the last."""
        lessons = "officer__instructorships__teachings"
        held = Q(**{f"{lessons}__on__year": year, f"{lessons}__voided_at": None})
        return self.annotate(
            lectures=Count(lessons, filter=held, distinct=True), last_on=Max(f"{lessons}__on", filter=held)
        )
