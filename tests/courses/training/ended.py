"""Classes that are over: their sessions were held, the roll was called."""

from courses.training.models import Attendance
from tests.courses.training.factory import make_class, make_enrollment, make_session


def make_ended_class(unit, people=3, sessions=2, **fields):
    """READY, with everybody there every time; sessions are mornings of half a day."""
    row = make_class(unit, **{"state": "READY", "capacity": max(people, 1), **fields})
    for number in range(sessions):
        make_session(row, row.starts_on.replace(day=row.starts_on.day + number))
    for _ in range(people):
        make_enrollment(row)
    call_roll(row)
    return row


def call_roll(row):
    """Everybody of whom nothing is known yet was there."""
    Attendance.objects.bulk_create(
        Attendance(
            session=session, enrollment=one, state="PRESENT", method="ROLL_CALL", signed_at=session.during.lower,
            by=row.made_by,
        )
        for session in row.sessions.all()
        for one in row.enrollments.seated()
        if not session.attendance.filter(enrollment=one).exists()
    )  # fmt: skip


def mark(session, enrollment, state):
    session.attendance.filter(enrollment=enrollment).update(state=state)
