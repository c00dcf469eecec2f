"""What every writer of attendance shares: the class's lock, the terms of a session, the row itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment, TrainingClass
from courses.training.services.absence import recount
from courses.training.sign_terms import RULE, SignTerms, sign_terms
from lms.rules.formula import parameter
from lms.rules.models import RuleVersion

KEEP = "training.keep_attendance"
# While it is so, rolls are called; afterwards attendance changes by correction only.
RUNNING = (TrainingClass.State.ENROLLING, TrainingClass.State.READY)


@dataclass(frozen=True)
class Mark:
    """What is written of somebody in a session, and how it is known."""

    state: str
    method: str
    by: object
    signed_at: datetime
    note: str = ""


def locked_class(pk: int) -> TrainingClass:
    """Scans, roll-calls, leave, corrections and posting of one class queue here."""
    return TrainingClass.objects.select_for_update(no_key=True, of=("self",)).select_related("unit").get(pk=pk)


def locked_session(session: ClassSession) -> ClassSession:
    """The session as it is once the class's lock is held."""
    training_class = locked_class(session.training_class_id)
    fresh = ClassSession.objects.get(pk=session.pk)
    fresh.training_class = training_class
    return fresh


def terms_of(session: ClassSession) -> SignTerms:
    begins_at = session.during.lower
    return sign_terms(rule_on(RULE, timezone.localdate(begins_at)).formula, begins_at)


def rule_on(code: str, day: date) -> RuleVersion:
    version = RuleVersion.objects.in_force(code, day)
    if version is None:
        raise LookupError(f"{code} has no version in force on {day}")
    return version


def days(key: str, day: date) -> int:
    """A time limit of R41 that is counted in days."""
    return int(parameter(rule_on(RULE, day).formula, key))


def check_running(session: ClassSession) -> None:
    if session.is_cancelled or session.training_class.state == TrainingClass.State.CANCELLED:
        raise ValidationError("这一课次已取消，不用签到。", code="cancelled")
    if session.training_class.state not in RUNNING:
        raise ValidationError("考勤已核对。有误的，请申请考勤更正，或由学员提出申诉。", code="class_closed")


def put(session: ClassSession, marks: Sequence[tuple[Enrollment, Mark]]) -> list[Attendance]:
    """Call it under the class's lock, and `recount` after the last one."""
    rows = [Attendance(session=session, enrollment=enrollment, **vars(mark)) for enrollment, mark in marks]
    written = ["state", "method", "by", "signed_at", "received_at", "note"]
    return Attendance.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["session", "enrollment"], update_fields=written
    )


def put_all(session: ClassSession, marks: Sequence[tuple[Enrollment, Mark]]) -> list[Attendance]:
    rows = put(session, marks)
    recount(session.training_class, [enrollment.pk for enrollment, _ in marks])
    return rows
