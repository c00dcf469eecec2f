from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import (
    BooleanField,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, Now, TruncDate

from courses.learning.querysets import above
from lms.kit.querysets import ScopedQuerySet

SEATED = ("CONFIRMED", "DISMISSED", "PASSED", "FAILED")


def counted(rows_of_class):
    """How many of these rows a class has."""
    mine = rows_of_class.order_by().filter(training_class=OuterRef("pk")).values("training_class")
    return Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), 0)


class PlanQuerySet(ScopedQuerySet):
    """Seen by whoever is over the unit, and by those below it: they carry the plan out."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        units = user.scope("training.view_trainingplan")
        below = Q(unit__path__in=above(units), state="ACCEPTED")
        return self.filter(user.scope_filter("training.view_trainingplan", "unit") | below)

    def with_totals(self):
        """期数, 人次 and 人·天 of the training lines: meetings are no training."""
        training, seats = Q(items__event_type="TRAINING"), F("items__classes") * F("items__seats")
        days = ExpressionWrapper(seats * F("items__days"), DecimalField(max_digits=12, decimal_places=1))
        return self.annotate(
            classes=Coalesce(Sum("items__classes", filter=training), 0),
            attendances=Coalesce(Sum(seats, filter=training), 0),
            person_days=Coalesce(Sum(days, filter=training), Decimal(0)),
        )


class PlanItemQuerySet(ScopedQuerySet):
    unit_lookup = "plan__unit"


class PlanRowQuerySet(ScopedQuerySet):
    unit_lookup = "plan__unit"


class ClassQuerySet(ScopedQuerySet):
    """Seen by the office of the class, its head teacher, and the offices of units that have seats in it."""

    owner_lookup = "head_teacher"

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        permission = f"training.view_{self.model._meta.model_name}"
        own = user.scope_filter(permission, "unit") | Q(head_teacher=user)
        return self.filter(own | self._held_with(user, permission))

    def within(self, user, permission):
        """Organisers of a joint class work on it as the unit that opened it does."""
        return self.filter(user.scope_filter(permission, "unit") | self._held_with(user, permission, is_organiser=True))

    def _held_with(self, user, permission, **quota) -> Q:
        quotas = self.model._meta.get_field("quotas").related_model.objects
        rows = quotas.filter(user.scope_filter(permission, "unit"), **quota)
        return Q(pk__in=rows.values("training_class"))

    def enrolling(self):
        return self.filter(state="ENROLLING")

    def offered_to(self, units):
        """Those whose seats are for people of these units: by a quota of theirs, or because they share what is left."""
        paths = above(units, itself=True)
        quotas = self.model._meta.get_field("quotas").related_model.objects
        below = [Q(unit__path__startswith=unit.path) for unit in units]
        own = quotas.filter(reduce(or_, below, Q(unit__path__in=paths)))
        by_class = quotas.filter(training_class=OuterRef("pk")).order_by().values("training_class")
        given = Subquery(by_class.annotate(all=Sum("seats")).values("all"))
        shared = Q(unit__path__in=paths) & (Q(given=None) | Q(given__lt=F("capacity")))
        rows = self.filter(form="CLASS").exclude(state="DRAFT").alias(given=given)
        return rows.filter(Q(pk__in=own.values("training_class")) | shared)

    def standing(self):
        return self.exclude(state="CANCELLED")

    def with_seats_taken(self):
        """Asked class by class, so that a list asks only for the rows on the screen."""
        enrollments = self.model._meta.get_field("enrollments").related_model.objects
        return self.annotate(seats_taken=counted(enrollments.filter(state__in=SEATED)))

    def with_signed(self):
        """How many were there, of a class of one session."""
        enrollments = self.model._meta.get_field("enrollments").related_model.objects
        return self.annotate(signed=counted(enrollments.filter(attendance__state__in=["PRESENT", "LATE"])))

    def with_sessions_held(self):
        sessions = self.model._meta.get_field("sessions").related_model.objects
        return self.annotate(sessions_held=counted(sessions.filter(is_cancelled=False)))


class OfClassQuerySet(ScopedQuerySet):
    """Rows of a class: whoever sees the class sees them, whoever works on it works on them."""

    unit_lookup = "training_class__unit"

    def visible_to(self, user):
        return self.filter(training_class__in=self._classes().visible_to(user))

    def within(self, user, permission):
        return self.filter(training_class__in=self._classes().within(user, permission))

    def _classes(self):
        return self.model._meta.get_field("training_class").related_model.objects


class ClassQuotaQuerySet(ScopedQuerySet):
    def organisers(self):
        return self.filter(is_organiser=True)


class SessionQuerySet(OfClassQuerySet):
    def between(self, begin, end):
        """Those that touch a stretch of time: an end is no longer part of it."""
        return self.filter(during__overlap=(begin, end))

    def held(self):
        return self.filter(is_cancelled=False).exclude(training_class__state="CANCELLED")

    def without_teacher(self):
        """Still to come, given to somebody who may not teach on the day any more: ended or barred since."""
        day = TruncDate(F("during__startswith"))
        fit = Func(F("instructor_id"), day, function="pool_instructor_active", output_field=BooleanField())
        return self.held().filter(instructor__isnull=False, during__startswith__gte=Now()).exclude(fit)

    def kept_by(self, user):
        """Those whose roll the user keeps: as head teacher, or as office of the class."""
        return self.within(user, "training.keep_attendance") | self.filter(training_class__head_teacher=user)


class ClassMaterialQuerySet(OfClassQuerySet):
    pass


class EnrollmentQuerySet(ScopedQuerySet):
    """Seen by the offices that hold the class, by the office of the learner's unit, and by the learner."""

    owner_lookup = "officer__user"

    def visible_to(self, user):
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        classes = self.model._meta.get_field("training_class").related_model.objects
        in_class = self.filter(training_class__in=classes.within(user, "training.view_enrollment"))
        return rows | in_class | self.filter(training_class__head_teacher=user)

    def seated(self):
        return self.filter(state__in=SEATED)

    def waiting(self):
        return self.filter(state="WAITLISTED").order_by("waitlisted_at", "pk")


class EnrollmentRowQuerySet(ScopedQuerySet):
    unit_lookup = "enrollment__training_class__unit"
    owner_lookup = "enrollment__officer__user"

    def of_class_kept_by(self, user, permission: str):
        """Rows the user decides on: as head teacher, or as office of the class."""
        of_office = user.scope_filter(permission, self.unit_lookup)
        return self.filter(of_office | Q(enrollment__training_class__head_teacher=user))


class AttendanceQuerySet(EnrollmentRowQuerySet):
    def credited(self):
        return self.filter(state__in=["PRESENT", "LATE"])


class AppealQuerySet(EnrollmentRowQuerySet):
    def overdue(self, last_day):
        """Filed on or before the last day that was still in time to be decided by today."""
        return self.filter(state="FILED", filed_at__date__lte=last_day)


class DismissalQuerySet(ScopedQuerySet):
    """Of the office of the class, which decides; the learner's own unit sees him in the list of learners."""

    unit_lookup = "training_class__unit"

    def open(self):
        return self.filter(dismissal_proposed_at__isnull=False, state="CONFIRMED")


class OfficerRowQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"


class DutyQuerySet(OfficerRowQuerySet):
    def open(self):
        return self.filter(met_by=None)

    def met(self):
        return self.exclude(met_by=None)


class AssessmentQuerySet(ScopedQuerySet):
    unit_lookup = "training_class__unit"


class PhotoQuerySet(ScopedQuerySet):
    """Pictures are for whoever decides on the session, not for everybody who may see that it was held."""

    unit_lookup = "session__training_class__unit"
