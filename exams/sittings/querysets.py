from datetime import timedelta

from django.db.models import DurationField, ExpressionWrapper, F

from lms.kit.querysets import ScopedQuerySet


class ExamQuerySet(ScopedQuerySet):
    def published(self):
        return self.filter(checked_at__isnull=False)


class SittingQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def at(self, moment):
        """Those whose window holds a moment."""
        return self.filter(opens_at__lte=moment).exclude(closes_at__lte=moment)


class HallQuerySet(ScopedQuerySet):
    unit_lookup = "sitting__exam__unit"


class QuotaQuerySet(ScopedQuerySet):
    pass


class CandidateQuerySet(ScopedQuerySet):
    owner_lookup = "officer__user"


class GroupQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"


class OverrideQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def in_force(self):
        return self.filter(checked_at__isnull=False)


class CompensationQuerySet(ScopedQuerySet):
    unit_lookup = "sitting__exam__unit"

    def granted(self):
        return self.filter(checked_at__isnull=False, refused_at=None)

    def pending(self):
        return self.filter(checked_at=None, refused_at=None)


class AttemptQuerySet(ScopedQuerySet):
    unit_lookup = "candidate__unit"

    def overdue(self, moment):
        """Open ones nobody can save to any more."""
        grace = ExpressionWrapper(F("grace_seconds") * timedelta(seconds=1), DurationField())
        return self.filter(state="OPEN", deadline_at__lt=moment).filter(deadline_at__lt=moment - grace)


class ScoreQuerySet(ScopedQuerySet):
    unit_lookup = "attempt__candidate__unit"

    def latest(self):
        return self.order_by("attempt_id", "-number").distinct("attempt_id")


class CorrectionQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def in_force(self):
        return self.filter(checked_at__isnull=False)


class RegradeQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"


class IncidentQuerySet(ScopedQuerySet):
    unit_lookup = "candidate__unit"


class VoidingQuerySet(ScopedQuerySet):
    unit_lookup = "candidate__unit"


class ClosingTestQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"
