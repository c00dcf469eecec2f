"""A class with a head teacher on a morning, and rows of attendance and of what is asked about it."""

from datetime import timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training.models import Appeal, Attendance, AttendanceCorrection, DismissalProposal, LeaveRequest
from courses.training.services.attendance import terms_of
from courses.training.sign_code import code_of, make_nonce, window_of
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment, make_session


def make_roll(unit, people=1, **fields):
    """READY, one session of a morning of 2026-03-02 at half past eight, `people` learners."""
    head = make_head(unit)
    row = make_class(unit, **{"state": "READY", "head_teacher": head, **fields})
    session = make_session(row)
    return session, [make_enrollment(row) for _ in range(people)]


def make_head(unit):
    return factory.make_officer(unit).user


def mark(session, enrollment, state="PRESENT", method="ROLL_CALL", **fields) -> Attendance:
    fields = {"signed_at": session.during.lower, "by": session.training_class.made_by, **fields}
    return Attendance.objects.create(session=session, enrollment=enrollment, state=state, method=method, **fields)


def code_at(session, moment) -> str:
    return code_of(session.pk, window_of(moment, terms_of(session).seconds))


def nonce_at(session, enrollment, moment) -> str:
    return make_nonce(enrollment.officer_id, session.pk, moment)


def make_mark(unit) -> Attendance:
    session, (enrollment,) = make_roll(unit)
    return mark(session, enrollment)


def make_correction(unit) -> AttendanceCorrection:
    row = make_mark(unit)
    return AttendanceCorrection.objects.create(
        session=row.session, enrollment=row.enrollment, state="ABSENT", reason="代签", evidence_note="照片",
        made_by=factory.make_user(),
    )  # fmt: skip


def make_leave(unit) -> LeaveRequest:
    session, (enrollment,) = make_roll(unit)
    during = DateTimeTZRange(session.during.lower, session.during.upper + timedelta(hours=1))
    return LeaveRequest.objects.create(enrollment=enrollment, during=during, reason="家中有事")


def make_appeal(unit) -> Appeal:
    row = make_mark(unit)
    return Appeal.objects.create(enrollment=row.enrollment, session=row.session, text="我在教室")


def make_proposal(unit) -> DismissalProposal:
    _, (enrollment,) = make_roll(unit)
    enrollment.dismissal_proposed_at = timezone.now()
    enrollment.save(update_fields=["dismissal_proposed_at"])
    return DismissalProposal.objects.get(pk=enrollment.pk)
