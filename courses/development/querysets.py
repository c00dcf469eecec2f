from django.db.models import Case, Count, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from lms.kit.querysets import ScopedQuerySet
from lms.people.querysets import above

VIEW_CALL = "development.view_crowdcall"


def counted(rows, link: str):
    """How many of these rows each row has."""
    mine = rows.order_by().filter(**{link: OuterRef("pk")}).values(link)
    return Coalesce(Subquery(mine.annotate(count=Count("pk")).values("count")), 0)


def under_review_by(user) -> Q:
    """Submissions whose authors this person must not know: he judges them, and it is not over."""
    return Q(reviews__reviewer=user, reviews__released_at=None, verdict="")


class GroupQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        members = self.model._meta.get_field("members").related_model.objects
        own = members.filter(officer__user=user, until=None).values("group")
        return self.filter(user.scope_filter("development.view_coursedevelopmentgroup", "unit") | Q(pk__in=own))

    def at_work(self):
        return self.filter(state__in=self.model.AT_WORK)

    def with_counts(self):
        members = self.model._meta.get_field("members").related_model.objects.filter(until=None)
        milestones = self.model._meta.get_field("milestones").related_model.objects
        projects = self.model._meta.get_field("projects").related_model.objects.exclude(stage="STOPPED")
        return self.annotate(
            member_count=counted(members, "group"),
            project_count=counted(projects, "group"),
            published_count=counted(projects.filter(stage="PUBLISHED"), "group"),
            milestone_count=counted(milestones, "group"),
            milestone_done=counted(milestones.exclude(done_on=None), "group"),
        )


class MilestoneQuerySet(ScopedQuerySet):
    def overdue(self, today=None):
        return self.filter(done_on=None, due_on__lt=today or timezone.localdate())


class OutputQuerySet(ScopedQuerySet):
    """Seen by the offices over the unit and by the authors; by nobody who is judging it blind."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        permission = f"development.view_{self.model._meta.model_name}"
        rows = self.filter(user.scope_filter(permission, "unit") | self._own(user))
        return rows.not_judged_by(user)

    def own(self, user):
        return self.filter(self._own(user)).not_judged_by(user)

    def _own(self, user) -> Q:
        contributors = self._outputs().get_field("contributors").related_model.objects
        return Q(made_by=user) | Q(pk__in=contributors.filter(officer__user=user).values("output"))

    def not_judged_by(self, user):
        submissions = self._outputs().get_field("submissions").related_model.objects
        return self.exclude(pk__in=submissions.filter(under_review_by(user)).values("output"))

    def _outputs(self):
        parents = list(self.model._meta.parents)
        return (parents[0] if parents else self.model)._meta

    def with_people(self):
        contributors = self._outputs().get_field("contributors").related_model.objects
        return self.annotate(people=counted(contributors, "output"))


class ProjectQuerySet(OutputQuerySet):
    def _own(self, user):
        members = self.model._meta.get_field("group").related_model._meta.get_field("members").related_model.objects
        groups = members.filter(officer__user=user, until=None).values("group")
        return super()._own(user) | Q(group__in=groups)

    def under_way(self):
        return self.exclude(stage__in=["PUBLISHED", "STOPPED"])

    def with_flagship(self):
        """How far the course is on its way to 精品: "", PROPOSED or GRANTED."""
        rows = self.model._meta.get_field("flagships").related_model.objects.filter(ended_at=None)
        step = Case(When(checked_by=None, then=Value("PROPOSED")), default=Value("GRANTED"))
        found = rows.filter(project=OuterRef("pk")).order_by().annotate(step=step).values("step")
        return self.annotate(flagship_step=Coalesce(Subquery(found), Value("")))

    def with_milestones(self):
        milestones = self.model._meta.get_field("milestones").related_model.objects
        return self.annotate(
            milestone_count=counted(milestones, "project"),
            milestone_done=counted(milestones.exclude(done_on=None), "project"),
        )


class CallQuerySet(ScopedQuerySet):
    """Seen by the offices over the calling unit and, once open, by those below it."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        units = user.scope(VIEW_CALL)
        below = Q(unit__path__in=above(units, itself=True)) & ~Q(state="DRAFT")
        return self.filter(user.scope_filter(VIEW_CALL, "unit") | below)

    def open_to(self, units):
        return self.filter(state="OPEN", unit__path__in=above(units, itself=True))

    def with_counts(self):
        claims = self.model._meta.get_field("claims").related_model.objects
        return self.annotate(
            taken=counted(claims.holding(), "call"),
            accepted=counted(claims.filter(state="ACCEPTED"), "call"),
            submitted=counted(claims.filter(state="SUBMITTED"), "call"),
        )


class ClaimQuerySet(OutputQuerySet):
    def holding(self):
        return self.filter(state__in=self.model.HOLDING)

    def in_hand(self):
        return self.filter(state__in=self.model.IN_HAND)

    def overdue(self, today=None):
        return self.in_hand().filter(due_on__lt=today or timezone.localdate())


class SubmissionQuerySet(ScopedQuerySet):
    unit_lookup = "output__unit"

    def open(self):
        return self.filter(verdict="")


class ReviewQuerySet(ScopedQuerySet):
    """In lists of the office; a reviewer's own stand on his own pages, without anybody else's."""

    unit_lookup = "submission__output__unit"

    def visible_to(self, user):
        rows = super().visible_to(user)
        if not user.is_authenticated:
            return rows
        submissions = self.model._meta.get_field("submission").related_model.objects
        return rows.exclude(submission__in=submissions.filter(under_review_by(user)))

    def standing(self):
        return self.filter(released_at=None)

    def of(self, user):
        return self.standing().filter(reviewer=user)

    def to_do(self):
        return self.standing().filter(sent_at=None, submission__verdict="")

    def sent(self):
        return self.standing().exclude(sent_at=None)
