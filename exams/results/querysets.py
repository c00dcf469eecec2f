from django.db.models import Count

from lms.kit.querysets import ScopedQuerySet


class ProposedQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def waiting(self):
        """For a second person."""
        return self.filter(checked_by=None, refused_at=None)

    def done(self):
        return self.filter(checked_by__isnull=False)


class ReleaseQuerySet(ProposedQuerySet):
    def with_people(self):
        return self.annotate(people=Count("released"))


class VoidingQuerySet(ProposedQuerySet):
    pass


class RevisionQuerySet(ProposedQuerySet):
    pass


class ClearanceQuerySet(ScopedQuerySet):
    unit_lookup = "incident__candidate__exam__unit"


class AppealQuerySet(ScopedQuerySet):
    unit_lookup = "attempt__candidate__exam__unit"
    owner_lookup = "attempt__candidate__officer__user"

    def open(self):
        return self.filter(state__in=["FILED", "ACCEPTED"])


class RestsOnQuerySet(ScopedQuerySet):
    unit_lookup = "outcome__attempt__candidate__unit"

    def open(self):
        return self.filter(state="OPEN")
