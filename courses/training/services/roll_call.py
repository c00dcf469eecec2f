"""The head teacher's roll: one tap for each learner, or the whole list at once, and its close."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment
from courses.training.services.attendance import Mark, check_running, locked_session, put_all, terms_of
from lms.audit.services import record

State, Method = Attendance.State, Attendance.Method


@transaction.atomic
def take_roll(session: ClassSession, states: Mapping[int, str], *, actor, rest: str = "") -> list[Attendance]:
    """Write down what the head teacher saw, {enrollment: state}; `rest` is said of those nothing is known of.

    Who stands as he said already is left alone.
    """
    session = _open_roll(session, actor)
    known = {row.enrollment_id: row for row in session.attendance.all()}
    seated = {row.pk: row for row in learners(session)}
    if set(states) - set(seated) or not set(states.values()) <= set(State.values):
        raise ValidationError("名单已变动，请刷新页面后再点名。", code="not_on_roll")
    if rest:
        states = dict.fromkeys(set(seated) - set(known), rest) | dict(states)
    changed = {pk: state for pk, state in states.items() if pk not in known or not _stands(known[pk], state, session)}
    now = timezone.now()
    rows = put_all(session, [(seated[pk], Mark(state, Method.ROLL_CALL, actor, now)) for pk, state in changed.items()])
    _log_overruled(session, known, changed, actor)
    return rows


def _stands(row: Attendance, state: str, session: ClassSession) -> bool:
    """A presumed absence that is now tapped has been looked at."""
    row.session = session
    return row.state == state and not row.is_presumed


def _log_overruled(session: ClassSession, known: Mapping[int, Attendance], changed: Mapping[int, str], actor) -> None:
    before = {str(pk): known[pk].state for pk in changed if pk in known}
    if before:
        record(
            "training.change_attendance", actor=actor, target=session, unit=session.training_class.unit,
            before=before, after={pk: changed[int(pk)] for pk in before},
        )  # fmt: skip


@transaction.atomic
def close_roll(session: ClassSession, *, actor) -> int:
    """Everybody of whom nothing is known was absent. Says how many."""
    session = _open_roll(session, actor)
    now = timezone.now()
    if now < terms_of(session).late_after:
        raise ValidationError("还在签到，不能结束点名。请在迟到时限过后再结束。", code="too_early")
    if session.roll_closed_at:
        raise ValidationError("点名已结束。", code="roll_closed")
    missing = learners(session).exclude(pk__in=session.attendance.values("enrollment"))
    session.roll_closed_at, session.roll_closed_by = now, actor
    session.save(update_fields=["roll_closed_at", "roll_closed_by"])
    presumed = Mark(State.ABSENT, Method.ROLL_CALL, actor, now, "点名结束时未签到")
    absent = put_all(session, [(row, presumed) for row in missing])
    record("training.close_roll", actor=actor, target=session, absent=len(absent))
    return len(absent)


def learners(session: ClassSession):
    rows = Enrollment.objects.filter(training_class=session.training_class_id).seated()
    return rows.exclude(state=Enrollment.State.DISMISSED).select_related("officer__user", "guest", "unit")


def _open_roll(session: ClassSession, actor) -> ClassSession:
    if not ClassSession.objects.kept_by(actor).filter(pk=session.pk).exists():
        raise PermissionDenied("只有本班班主任和主办单位教育培训部门可以点名。")
    session = locked_session(session)
    check_running(session)
    if timezone.now() < terms_of(session).opens_at:
        raise ValidationError("还没有到签到时间，不能点名。", code="not_open")
    return session
