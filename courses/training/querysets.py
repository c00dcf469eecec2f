from django.db.models import Count, Q

from courses.learning.querysets import above
from lms.kit.querysets import ScopedQuerySet

SEATED = ("CONFIRMED", "DISMISSED", "PASSED", "FAILED")


class PlanQuerySet(ScopedQuerySet):
    """Seen by whoever is over the unit, and by those below it: they carry the plan out."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        units = user.scope("training.view_trainingplan")
        below = Q(unit__path__in=above(units), state="ACCEPTED")
        return self.filter(user.scope_filter("training.view_trainingplan", "unit") | below)


class PlanItemQuerySet(ScopedQuerySet):
    unit_lookup = "plan__unit"


class PlanRowQuerySet(ScopedQuerySet):
    unit_lookup = "plan__unit"


class ClassQuerySet(ScopedQuerySet):
    owner_lookup = "head_teacher"

    def enrolling(self):
        return self.filter(state="ENROLLING")

    def standing(self):
        return self.exclude(state="CANCELLED")

    def with_seats_taken(self):
        return self.annotate(seats_taken=Count("enrollments", filter=Q(enrollments__state__in=SEATED)))


class ClassQuotaQuerySet(ScopedQuerySet):
    pass


class SessionQuerySet(ScopedQuerySet):
    unit_lookup = "training_class__unit"
    owner_lookup = "training_class__head_teacher"

    def held(self):
        return self.filter(is_cancelled=False).exclude(training_class__state="CANCELLED")


class ClassMaterialQuerySet(ScopedQuerySet):
    unit_lookup = "training_class__unit"


class EnrollmentQuerySet(ScopedQuerySet):
    """Seen by the office of the class, by the office of the learner's unit, and by the learner."""

    owner_lookup = "officer__user"

    def visible_to(self, user):
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        in_class = user.scope_filter("training.view_enrollment", "training_class__unit")
        return rows | self.filter(in_class) | self.filter(training_class__head_teacher=user)

    def seated(self):
        return self.filter(state__in=SEATED)

    def waiting(self):
        return self.filter(state="WAITLISTED").order_by("waitlisted_at", "pk")


class EnrollmentRowQuerySet(ScopedQuerySet):
    unit_lookup = "enrollment__training_class__unit"
    owner_lookup = "enrollment__officer__user"


class AttendanceQuerySet(EnrollmentRowQuerySet):
    def credited(self):
        return self.filter(state__in=["PRESENT", "LATE"])


class OfficerRowQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"


class AssessmentQuerySet(ScopedQuerySet):
    unit_lookup = "training_class__unit"
