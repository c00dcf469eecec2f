from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lms.kit.querysets import ScopedQuerySet

ATTENDED = "exam__unit"


class TaskQuerySet(ScopedQuerySet):
    unit_lookup = ATTENDED

    def of_marker(self, user):
        """Questions whose team he belongs to, once their first round is open."""
        return self.filter(markers__user=user, markers__left_at=None, round__gt=0)

    def with_progress(self):
        """`scripts_all`, `blank`, `first_done`, `second_done`, `waiting_third`, `waiting_arbiter`, `decided`, `team`."""
        scripts = self.model._meta.get_field("scripts").related_model.objects
        marks = scripts.model._meta.get_field("marks").related_model.objects
        team = self.model._meta.get_field("markers").related_model.objects.filter(left_at=None)

        def of(rows, by: str):
            mine = rows.order_by().filter(**{by: OuterRef("pk")}).values(by)
            return Coalesce(Subquery(mine.annotate(found=Count("pk")).values("found")), 0)

        return self.annotate(
            scripts_all=of(scripts.all(), "task"), blank=of(scripts.filter(cause="BLANK"), "task"),
            decided=of(scripts.filter(state="FINAL"), "task"),
            waiting_third=of(scripts.filter(state="THIRD"), "task"),
            waiting_arbiter=of(scripts.filter(state="ARBITRATION"), "task"),
            first_done=of(marks.filter(stage=1), "script__task"),
            second_done=of(marks.filter(stage=2), "script__task"),
            third_done=of(marks.filter(stage=3), "script__task"), team=of(team, "task"),
        )  # fmt: skip


class MarkerQuerySet(QuerySet):
    def current(self):
        return self.filter(left_at=None)


class ScriptQuerySet(ScopedQuerySet):
    unit_lookup = ATTENDED

    def undecided(self):
        return self.filter(final=None)

    def handed_out(self):
        """What people mark at all: an empty answer has its nothing from the start."""
        return self.filter(~Q(cause="BLANK"))
