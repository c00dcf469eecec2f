"""An officer's sessions of a day, and whether he can sign in now: in three queries however many there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment
from courses.training.services.attendance import rule_on
from courses.training.sign_code import make_nonce
from courses.training.sign_terms import RULE, SignTerms, sign_terms


@dataclass(frozen=True)
class MySession:
    """`phase` is BEFORE, OPEN or AFTER of the time for signing in."""

    session: ClassSession
    terms: SignTerms
    attendance: Attendance | None
    nonce: str
    now: datetime

    @property
    def phase(self) -> str:
        if self.now < self.terms.opens_at:
            return "BEFORE"
        return "OPEN" if self.now <= self.terms.closes_at else "AFTER"

    @property
    def is_signed(self) -> bool:
        return self.attendance is not None and self.attendance.state in Attendance.CREDITED


def todays_sessions(officer, now: datetime) -> list[MySession]:
    of_mine = {"training_class__enrollments__officer": officer, "training_class__enrollments__state": "CONFIRMED"}
    rows = _on(now).filter(**of_mine).select_related("training_class", "venue", "instructor")
    mine = Attendance.objects.filter(enrollment__officer=officer)
    sessions = list(rows.prefetch_related(Prefetch("attendance", mine, to_attr="mine")))
    if not sessions:
        return []
    formula = rule_on(RULE, timezone.localdate(now)).formula
    return [my_session(row, sign_terms(formula, row.during.lower), officer, now) for row in sessions]


def my_session(session: ClassSession, terms: SignTerms, officer, now: datetime) -> MySession:
    """`session.mine` holds the officer's own attendance, if there is any."""
    nonce = make_nonce(officer.pk, session.pk, now)
    return MySession(session, terms, session.mine[0] if session.mine else None, nonce, now)


def rolls_today(user, now: datetime):
    """Sessions of today whose roll the user calls as head teacher, each with `present` of `seated`."""
    return with_present(_on(now).filter(training_class__head_teacher=user).select_related("training_class", "venue"))


def with_present(sessions):
    seats = Count(
        "training_class__enrollments",
        filter=Q(training_class__enrollments__state__in=Enrollment.SEATED)
        & ~Q(training_class__enrollments__state="DISMISSED"),
        distinct=True,
    )
    present = Count("attendance", filter=Q(attendance__state__in=Attendance.CREDITED), distinct=True)
    return sessions.annotate(seated=seats, present=present)


def _on(now: datetime):
    begin = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    return (
        ClassSession.objects.held()
        .exclude(training_class__state="DRAFT")
        .filter(during__startswith__range=(begin, end))
    )
