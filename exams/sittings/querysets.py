from datetime import timedelta

from django.db.models import Count, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import in_units


def counted(rows, by: str):
    """How many of these rows belong to each, counted apart so that no join multiplies another."""
    mine = rows.order_by().filter(**{by: OuterRef("pk")}).values(by)
    return Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), 0)


class SharedQuerySet(ScopedQuerySet):
    """Seen by the office of the exam and, once it is published, by units with places or people in it.

    `shared_by` names the relations, from this row, to what makes it a unit's business.
    """

    published_lookup = ""
    shared_by: tuple[str, ...] = ()

    def visible_to(self, user):
        rows = super().visible_to(user)
        permission = f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"
        if not user.is_authenticated or not (units := user.scope(permission)):
            return rows
        shared = Q(pk__in=[])
        for name in self.shared_by:
            shared |= Q(pk__in=self.model.objects.order_by().filter(in_units(units, f"{name}__unit")).values("pk"))
        published = {f"{self.published_lookup}checked_at__isnull": False}
        return rows | self.filter(shared, **published)


class ExamQuerySet(SharedQuerySet):
    shared_by = ("sittings__quotas", "candidates")

    def published(self):
        return self.filter(checked_at__isnull=False)

    def with_counts(self):
        """`windows`, `people`, `ready`, `first_opens`: sittings, candidates not deferred, those with an attempt."""
        candidates = self.model._meta.get_field("candidates").related_model.objects.exclude(state="DEFERRED")
        sittings = self.model._meta.get_field("sittings").related_model.objects.all()
        ready = candidates.exclude(attempt=None)
        first = sittings.filter(exam=OuterRef("pk")).order_by("opens_at").values("opens_at")[:1]
        return self.annotate(
            windows=counted(sittings, "exam"), people=counted(candidates, "exam"), ready=counted(ready, "exam"),
            first_opens=Subquery(first),
        )  # fmt: skip


WATCH = "sittings.watch_exam"
WATCHING = ("sittings.run_exam", "sittings.decide_exam", "sittings.view_incident")


def _run_by(user, lookup: str) -> Q:
    found = Q(pk__in=[])
    for permission in WATCHING:
        found |= user.scope_filter(permission, lookup)
    return found


class SittingQuerySet(SharedQuerySet):
    unit_lookup = "exam__unit"

    def watched_by(self, user):
        return self.filter(_run_by(user, "exam__unit"))

    published_lookup = "exam__"
    shared_by = ("quotas", "candidates")

    def filled_by(self, quotas):
        """With the places of these quotas, and how many of them are taken, as `own_places` and `own_taken`."""
        mine = quotas.order_by().filter(sitting=OuterRef("pk")).values("sitting")
        candidates = self.model._meta.get_field("candidates").related_model.objects.exclude(state="DEFERRED")
        under = in_units([one.unit for one in quotas.select_related("unit")], "unit")
        return self.annotate(
            own_places=Subquery(mine.annotate(total=Sum("places")).values("total")),
            own_taken=counted(candidates.filter(under), "sitting"),
        )

    def with_standing(self):
        """What the board shows of each window; `places` are the seats of its halls, people without the deferred."""
        candidates = self.model._meta.get_field("candidates").related_model.objects
        halls = self.model._meta.get_field("halls").related_model.objects.order_by().filter(sitting=OuterRef("pk"))
        live = candidates.exclude(state="DEFERRED")
        seats = halls.values("sitting").annotate(seats=Sum("seats")).values("seats")
        return self.annotate(
            rooms=counted(halls.model.objects.all(), "sitting"),
            places=Coalesce(Subquery(seats), 0),
            people=counted(live, "sitting"),
            seated=counted(live.exclude(hall=None), "sitting"),
            ready=counted(live.exclude(attempt=None), "sitting"),
            writing=counted(live.filter(attempt__state="OPEN"), "sitting"),
            done=counted(live.filter(attempt__state__in=["SUBMITTED", "VOID"]), "sitting"),
            absent=counted(candidates.filter(state="ABSENT"), "sitting"),
            deferred=counted(candidates.filter(state="DEFERRED"), "sitting"),
        )

    def at(self, moment):
        """Those whose window holds a moment."""
        return self.filter(opens_at__lte=moment).exclude(closes_at__lte=moment)


class HallQuerySet(ScopedQuerySet):
    unit_lookup = "sitting__exam__unit"

    def with_taken(self):
        return self.annotate(taken=Count("candidates", distinct=True))

    def watched_by(self, user):
        """Those he invigilates, and all of the exams he runs, decides or audits."""
        own = self.filter(invigilators=user).values("pk") if user.has_perm(WATCH) else self.none().values("pk")
        return self.filter(Q(pk__in=own) | _run_by(user, "sitting__exam__unit"))


class QuotaQuerySet(ScopedQuerySet):
    pass


class CandidateQuerySet(ScopedQuerySet):
    owner_lookup = "officer__user"

    def of(self, user):
        """His own, of exams that are published: nobody sits for another, whatever he may see."""
        return self.filter(officer__user=user, exam__checked_at__isnull=False)


class GroupQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def with_people(self):
        return self.annotate(people=Count("members"))


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


HISTORY = "sittings.view_outcome_history"


class OutcomeQuerySet(ScopedQuerySet):
    unit_lookup = "attempt__candidate__unit"
    owner_lookup = "attempt__candidate__officer__user"

    def latest(self):
        newer = self.model.objects.filter(attempt=OuterRef("attempt"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer.order_by()))

    def visible_to(self, user):
        """What counts now; how it came about is for whoever may see the history."""
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        return rows.latest() | rows.filter(user.scope_filter(HISTORY, self.unit_lookup))


class CorrectionQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"

    def in_force(self):
        return self.filter(checked_at__isnull=False)


class RegradeQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"


class IncidentQuerySet(ScopedQuerySet):
    unit_lookup = "candidate__unit"


class VoidingQuerySet(ScopedQuerySet):
    unit_lookup = "candidate__exam__unit"

    def pending(self):
        return self.filter(checked_at=None, refused_at=None)


class AcceptanceQuerySet(ScopedQuerySet):
    unit_lookup = "attempt__candidate__exam__unit"

    def pending(self):
        return self.filter(checked_at=None, refused_at=None)


class ClosingTestQuerySet(ScopedQuerySet):
    unit_lookup = "exam__unit"
