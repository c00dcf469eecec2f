from datetime import date, timedelta

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from exams.licences.machine import ENDED, HELD, IN_FORCE, UNDER_WAY
from lms.kit.querysets import ScopedQuerySet

GONE = ("RETIRED", "LEFT", "OFF_POST")


class CertificateQuerySet(ScopedQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def live(self):
        return self.exclude(state__in=ENDED)

    def held(self):
        return self.filter(state__in=HELD)

    def deployable(self, on: date):
        """可上岗执法 on a day: in force, within its validity, its holder still at his post."""
        rows = self.filter(state__in=IN_FORCE, valid_from__lte=on, valid_until__gte=on)
        return rows.exclude(officer__status__in=GONE)

    def expiring(self, on: date, days: int):
        """In force and valid for no longer than that many days; whoever has run out is among them."""
        return self.filter(state__in=IN_FORCE, valid_until__lte=on + timedelta(days=days))


class OfCertificateQuerySet(ScopedQuerySet):
    unit_lookup = "certificate__officer__unit"
    owner_lookup = "certificate__officer__user"


class ApplicationQuerySet(OfCertificateQuerySet):
    def under_way(self):
        return self.filter(state__in=UNDER_WAY)

    def with_people(self):
        return self.select_related("certificate__officer__unit", "batch")


class BatchQuerySet(ScopedQuerySet):
    def with_counts(self):
        """`people`, and how many of them went forward (`forward`) or came back (`returned`)."""
        forward = Q(applications__state__in=("UNIT_REVIEWED", "BUREAU_REVIEWED", "SUBMITTED", "DONE"))
        return self.annotate(
            people=Count("applications"),
            forward=Count("applications", filter=forward),
            returned=Count("applications", filter=Q(applications__state="RETURNED")),
        )


class ProposalQuerySet(OfCertificateQuerySet):
    def open(self):
        return self.filter(decision="")


class CardQuerySet(OfCertificateQuerySet):
    pass


class SubmissionQuerySet(ScopedQuerySet):
    def with_counts(self):
        """How many of its applications are answered: `done`, `refused`; the rest is `waiting`."""
        states = {"done": "DONE", "refused": "RETURNED", "waiting": "SUBMITTED"}
        counts = {name: Count("lines", filter=Q(lines__application__state=state)) for name, state in states.items()}
        return self.defer("content").annotate(**counts)


class ResultFileQuerySet(ScopedQuerySet):
    def with_counts(self):
        findings = ("DONE", "UNCHANGED", "ORPHAN", "MISSING")
        return self.defer("content").annotate(
            **{name.lower(): Count("lines", filter=Q(lines__finding=name)) for name in findings},
        )


class ResultLineQuerySet(ScopedQuerySet):
    unit_lookup = "file__unit"


class LevelResultQuerySet(ScopedQuerySet):
    """What counts now of released level exams, seen with the officer's unit of today."""

    unit_lookup = "attempt__candidate__officer__unit"
    owner_lookup = "attempt__candidate__officer__user"

    def visible_to(self, user):
        return super().visible_to(user).standing()

    def standing(self):
        newer = self.model.objects.filter(attempt=OuterRef("attempt"), number__gt=OuterRef("number")).order_by()
        return self.filter(~Exists(newer), attempt__candidate__exam__kind="LEVEL")

    def passed(self):
        return self.filter(is_passed=True)

    def with_people(self):
        return self.select_related(
            "attempt__candidate__officer__unit", "attempt__candidate__exam", "attempt__candidate__sitting"
        )


class OfficerStandingQuerySet(ScopedQuerySet):
    owner_lookup = "user"

    def _licences(self):
        return self.model._meta.get_field("licences").related_model.objects

    def deployable(self, on: date):
        return self.filter(pk__in=self._licences().deployable(on).order_by().values("officer"))

    def not_deployable(self, on: date):
        return self.exclude(pk__in=self._licences().deployable(on).order_by().values("officer"))

    def in_service(self):
        return self.exclude(status__in=["RETIRED", "LEFT"])

    def with_licence(self):
        """Every certificate somebody has or had, the one that counts first, as `papers`."""
        rows = self._licences().annotate(is_over=Q(state__in=ENDED)).order_by("is_over", "-id")
        return self.select_related("unit").prefetch_related(Prefetch("licences", rows, to_attr="papers"))
