from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    DurationField,
    ExpressionWrapper,
    Func,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Extract
from django.utils import timezone

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import above, in_units

LENGTH = ExpressionWrapper(
    Func("during", function="upper") - Func("during", function="lower"), output_field=DurationField()
)
HOURS = DecimalField(max_digits=12, decimal_places=2)


def hours_of(rows):
    """Of one venue's bookings all together."""
    seconds = Subquery(rows.order_by().values("venue").annotate(all=Sum(LENGTH)).values("all"))
    hours = ExpressionWrapper(Extract(seconds, "epoch") / Value(Decimal(3600)), HOURS)
    return Cast(Coalesce(hours, Value(Decimal(0)), output_field=HOURS), HOURS)


class VenueQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(is_open=True)

    def assignable_to(self, *units):
        """Open places a unit may teach in: its own, those of units below it, and those of the units above."""
        return self.open().filter(in_units(units, "unit") | Q(unit__path__in=above(units)))

    def with_use(self, begin, end, open_hours):
        """How often and how long each was used in a stretch of time that lies behind us; `open_hours` is out of how many."""
        bookings = self.model._meta.get_field("bookings").related_model.objects
        used = bookings.used(begin, end).filter(venue=OuterRef("pk"))
        times = used.order_by().values("venue").annotate(count=Count("pk"))
        return self.annotate(
            used_times=Coalesce(Subquery(times.values("count")), 0),
            used_hours=hours_of(used),
            session_hours=hours_of(used.filter(session__isnull=False)),
            open_hours=Cast(Value(open_hours), HOURS),
        )


class BookingQuerySet(ScopedQuerySet):
    """Seen by the office of the place, by the office of whoever uses it, and by whoever asked."""

    unit_lookup = "venue__unit"
    owner_lookup = "made_by"

    def visible_to(self, user):
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        return rows | self.filter(user.scope_filter("venues.view_booking", "unit"))

    def within(self, user, permission):
        """The owner of the place decides; what is one's own to change is whatever one's unit asked for, too."""
        rows = super().within(user, permission)
        if permission == "venues.decide_booking":
            return rows
        return rows | self.filter(user.scope_filter(permission, "unit"))

    def between(self, begin, end):
        """Those that touch a stretch of time: an end is no longer part of it."""
        return self.filter(during__overlap=(begin, end))

    def confirmed(self):
        return self.filter(state="CONFIRMED")

    def waiting(self):
        """Still to be decided: once it has begun there is nothing to decide."""
        return self.filter(state="REQUESTED", during__startswith__gt=timezone.now())

    def with_pending(self):
        """0 of what waits to be decided, 1 of the rest: to be put first."""
        is_waiting = When(state="REQUESTED", during__startswith__gt=timezone.now(), then=0)
        return self.annotate(pending=Case(is_waiting, default=1))

    def apart_from_sessions(self):
        return self.filter(session=None)

    def used(self, begin, end):
        """Begun in a stretch of time, over by now, and not said to have been left empty."""
        rows = self.confirmed().filter(during__startswith__gte=begin, during__startswith__lt=end)
        return rows.filter(Q(attended=None) | Q(attended__gt=0), during__endswith__lte=timezone.now())
