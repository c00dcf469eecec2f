"""申诉: a learner says his attendance is wrong; somebody who had no hand in it decides."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.training import workdays
from courses.training.models import Appeal, Attendance, AttendanceCorrection, ClassSession, Enrollment, TrainingClass
from courses.training.services.absence import class_link, learner
from courses.training.services.attendance import days, locked_class
from courses.training.services.corrections import carry_out, save_proposal
from courses.training.services.offices import tell
from lms.audit.services import record
from lms.people.services.offices import office_of

DECIDE = "training.decide_appeal"
SEATED = Enrollment.SEATED


@transaction.atomic
def file_appeal(enrollment: Enrollment, session: ClassSession, text: str, *, actor) -> Appeal:
    training_class = locked_class(enrollment.training_class_id)
    if enrollment.officer is None or enrollment.officer.user_id != actor.pk:
        raise PermissionDenied("申诉由学员本人提出。")
    if session.training_class_id != training_class.pk or enrollment.state not in SEATED:
        raise ValidationError("您不在这一课次的名单。", code="not_on_roll")
    if session.during.upper > timezone.now():
        raise ValidationError("这一课次还没有结束，请先找班主任。", code="not_ended")
    if timezone.localdate() > (last := last_day(session, training_class, appeal_days(training_class))):
        raise ValidationError(f"申诉期限为{last:%Y年%-m月%-d日}，已过。", code="too_late")
    appeal = Appeal(enrollment=enrollment, session=session, text=text)
    appeal.full_clean(exclude=["decided_by", "decided_at"])
    appeal.save()
    record("training.file_appeal", actor=actor, target=appeal, session=session.pk)
    tell(
        office_of(training_class.unit, DECIDE), title=f"学时申诉待处理：{training_class}",
        body=f"{enrollment.name}：{session}。请在{decide_by(appeal):%Y年%-m月%-d日}前答复。", link=reverse("appeal:index"),
    )  # fmt: skip
    return appeal


def appeal_days(training_class: TrainingClass) -> int:
    return days("appeal_days", training_class.starts_on)


def last_day(session: ClassSession, training_class: TrainingClass, limit: int) -> date:
    """So many working days after the result was told; before that, after the session."""
    return workdays.after(timezone.localdate(training_class.posted_at or session.during.upper), limit)


def decide_by(appeal: Appeal) -> date:
    filed = timezone.localdate(appeal.filed_at)
    return workdays.after(filed, days("decide_days", filed))


def overdue_since(today: date) -> date:
    """Appeals filed on this day or before should have been decided by yesterday."""
    return workdays.before(today, days("decide_days", today) + 1)


@transaction.atomic
def grant_appeal(appeal: Appeal, *, actor, state: str, reply: str) -> Appeal:
    """The learner's word is the proposal, the decision its check: the same two persons and the same trail."""
    appeal = _open(appeal, actor)
    pending = AttendanceCorrection.objects.filter(session=appeal.session, enrollment=appeal.enrollment, checked_at=None)
    if pending.exists():
        raise ValidationError("这一课次有待复核的更正，请先处理。", code="correction_open")
    correction = AttendanceCorrection(
        session=appeal.session, enrollment=appeal.enrollment, state=state, reason=reply[:200],
        evidence_note=f"申诉{appeal.pk}",
    )  # fmt: skip
    save_proposal(correction, appeal.enrollment.officer.user)
    carry_out(correction, actor=actor)
    return _decide(appeal, Appeal.State.GRANTED, actor, reply)


@transaction.atomic
def refuse_appeal(appeal: Appeal, *, actor, reply: str) -> Appeal:
    return _decide(_open(appeal, actor), Appeal.State.REFUSED, actor, reply)


def _open(appeal: Appeal, actor) -> Appeal:
    if not Appeal.objects.within(actor, DECIDE).filter(pk=appeal.pk).exists():
        raise PermissionDenied("只有主办单位教育培训部门可以处理申诉。")
    training_class = locked_class(appeal.enrollment.training_class_id)
    appeal = Appeal.objects.select_related("enrollment__officer__user", "session").get(pk=appeal.pk)
    appeal.enrollment.training_class = training_class
    if appeal.state != Appeal.State.FILED:
        raise ValidationError("这项申诉已处理。", code="already_decided")
    if actor.pk in involved(appeal):
        raise ValidationError("记录考勤、结束点名的人和申诉人不能处理这项申诉，请由另一人处理。", code="involved")
    return appeal


def involved(appeal: Appeal) -> set[int | None]:
    """Whose own doing the appeal is about."""
    rows = Attendance.objects.filter(session=appeal.session_id, enrollment=appeal.enrollment_id)
    training_class, appellant = appeal.enrollment.training_class, appeal.enrollment.officer
    others = (appeal.session.roll_closed_by_id, training_class.head_teacher_id, appellant.user_id)
    return {*rows.values_list("by", flat=True), *others}


def _decide(appeal: Appeal, state: str, actor, reply: str) -> Appeal:
    appeal.state, appeal.decided_by, appeal.decided_at, appeal.reply = state, actor, timezone.now(), reply
    appeal.save(update_fields=["state", "decided_by", "decided_at", "reply"])
    verb = "grant" if state == Appeal.State.GRANTED else "refuse"
    record(f"training.{verb}_appeal", actor=actor, target=appeal, reply=reply)
    enrollment = appeal.enrollment
    head = enrollment.training_class.head_teacher
    tell(
        {*learner(enrollment), *([head] if head else [])},
        title=f"申诉{appeal.get_state_display()}：{enrollment.training_class}",
        body=f"{appeal.session}。{reply}", link=class_link(enrollment),
    )  # fmt: skip
    return appeal
