from datetime import date

from django.db.models import Avg, Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet

LIVE = ("PROPOSED", "SIGNED", "ACTIVE", "ASSESSED")


class MentorshipQuerySet(ScopedQuerySet):
    """Seen by the offices over the apprentice's unit and by the two whom it joins."""

    def visible_to(self, user):
        rows = super().visible_to(user)
        return rows | self.of(user) if user.is_authenticated else rows

    def of(self, user):
        return self.filter(Q(mentor__user=user) | Q(apprentice__user=user))

    def live(self):
        return self.filter(state__in=LIVE)

    def active_on(self, day: date):
        """Signed by all three and not over on the day, whether or not it was closed or ended later."""
        not_ended = Q(ended_on=None, until_on__gte=day) | Q(ended_on__gt=day, until_on__gte=day)
        signed = Q(signatures__side="OFFICE", signatures__phase=None)
        return self.filter(not_ended, from_on__lte=day).filter(signed)

    def with_counts(self):
        """Confirmed log entries of the apprentice, observation sheets, and phases closed of all phases."""
        logs = self.model._meta.get_field("logs").related_model.objects.counted()
        phases = self.model._meta.get_field("phases").related_model.objects
        return self.annotate(
            log_count=_count(logs, "mentorship"),
            phase_count=_count(phases.all(), "mentorship"),
            closed_count=_count(phases.closed(), "mentorship"),
        )


def _count(rows, name: str):
    mine = rows.order_by().filter(**{name: OuterRef("pk")}).values(name)
    return Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), 0)


class OfMentorshipQuerySet(ScopedQuerySet):
    unit_lookup = "mentorship__unit"


class PhaseQuerySet(OfMentorshipQuerySet):
    def closed(self):
        return self.exclude(closed_at=None)

    def open(self):
        return self.filter(closed_at=None).order_by("number")

    def awaiting_office(self):
        """Both people have signed; the office has not."""
        return self.filter(closed_at=None, mentorship__state="ACTIVE").filter(
            pk__in=self.model.objects.filter(signatures__side__in=["MENTOR", "APPRENTICE"])
            .annotate(signed=Count("signatures"))
            .filter(signed=2)
            .order_by()
            .values("pk")
        )


class LogQuerySet(OfMentorshipQuerySet):
    def counted(self):
        return self.filter(side="APPRENTICE", state="CONFIRMED")

    def waiting(self):
        return self.filter(side="APPRENTICE", state="WRITTEN")


class OfPhaseQuerySet(ScopedQuerySet):
    unit_lookup = "phase__mentorship__unit"


class RatingQuerySet(OfPhaseQuerySet):
    def of_mentor(self, mentor):
        return self.filter(phase__mentorship__mentor=mentor)

    def summed_up(self) -> dict:
        """The mean, and by how many people and how often it was given."""
        return self.aggregate(
            mean=Avg("score"), ratings=Count("pk"), people=Count(F("phase__mentorship__apprentice"), distinct=True)
        )
