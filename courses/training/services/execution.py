"""A plan against what was held: read for all its lines at once."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from courses.training.models import Attendance, PlanItem, TrainingClass, TrainingPlan

NOT_OPENED = ("DRAFT", "CANCELLED")


@dataclass(frozen=True)
class Done:
    """Of the training lines: classes opened and held of those planned, and 人次 of those planned."""

    classes: int
    opened: int
    held: int
    seats: int
    attended: int

    @property
    def held_share(self) -> float:
        return 100 * self.held / self.classes if self.classes else 0

    @property
    def attended_share(self) -> float:
        return 100 * self.attended / self.seats if self.seats else 0


def with_execution(items: QuerySet) -> QuerySet:
    """Each line with classes `opened` and `held` (somebody attended), and people who `attended` one of them."""
    classes = TrainingClass.objects.filter(plan_item=OuterRef("pk")).exclude(state__in=NOT_OPENED)
    present = Attendance.objects.credited().filter(session__training_class__plan_item=OuterRef("pk"))
    present = present.exclude(session__training_class__state__in=NOT_OPENED)
    item = "session__training_class__plan_item"
    return items.annotate(
        opened=_count(classes, "plan_item", "pk"),
        held=_count(present, item, "session__training_class"),
        attended=_count(present, item, "enrollment"),
    )


def _count(rows: QuerySet, group: str, what: str) -> Coalesce:
    counted = rows.order_by().values(group).annotate(number=Count(what, distinct=True)).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def done_of(items: list[PlanItem]) -> Done:
    rows = [item for item in items if item.event_type == "TRAINING"]
    return Done(
        sum(row.classes for row in rows), sum(row.opened for row in rows), sum(row.held for row in rows),
        sum(row.attendances for row in rows), sum(row.attended for row in rows),
    )  # fmt: skip


def carried_out(plan: TrainingPlan, user) -> dict[int, list[PlanItem]]:
    """Lines of plans below that carry out a line of this one, as far as the user may see them."""
    found = defaultdict(list)
    rows = PlanItem.objects.visible_to(user).filter(follows__plan=plan).exclude(plan__state="DRAFT")
    for item in rows.select_related("plan__unit").order_by("plan__unit__path", "number"):
        found[item.follows_id].append(item)
    return found
