"""Which script a marker gets next. Handed out it is his for half an hour, then another's."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, IntegerField, Q, Value, When

from exams.marking.models import Assignment, MarkingTask
from exams.marking.models.marks import Stage
from exams.marking.services.teams import may_mark
from exams.marking.services.terms import number
from exams.sittings.services.starting import database_now
from lms.people.models import User

Doing = Assignment.State
LAPSED_AT_ONCE = 50


def mine(task: MarkingTask, user: User):
    return Assignment.objects.filter(script__task=task, marker=user)


def lock_until(task: MarkingTask, now: datetime) -> datetime:
    return now + timedelta(minutes=int(number(task, "lock_minutes")))


@transaction.atomic
def hand_out(task: MarkingTask, user: User) -> Assignment | None:
    """What he has open, else his next, else what another let lapse and he may mark; None once nothing is left."""
    now = database_now()
    waiting = mine(task, user).filter(state__in=[Doing.OPEN, Doing.PLANNED])
    first = Case(When(state=Doing.OPEN, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = waiting.select_for_update(of=("self",), skip_locked=True).order_by(first, "place", "pk")
    found = rows.select_related("script__attempt").first() or _lapsed(task, user, now)
    if found is None:
        return None
    if found.marker_id != user.pk:
        found.earlier, found.marker = [*found.earlier, found.marker_id], user
        found.opened_at = None
    found.state, found.locked_until = Doing.OPEN, lock_until(task, now)
    found.opened_at = found.opened_at or now
    found.save(update_fields=["state", "locked_until", "opened_at", "marker", "earlier"])
    return found


def _lapsed(task: MarkingTask, user: User, now: datetime) -> Assignment | None:
    others = Assignment.objects.filter(script__task=task, state=Doing.OPEN, locked_until__lt=now)
    others = others.exclude(Q(marker=user) | Q(stage=Stage.AGAIN))
    rows = (
        others.select_for_update(of=("self",), skip_locked=True)
        .select_related("script__attempt")
        .order_by("locked_until")
    )
    return next((one for one in rows[:LAPSED_AT_ONCE] if may_mark(task, one, user)), None)
