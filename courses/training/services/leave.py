"""Leave: asked for by the learner, granted or refused by the head teacher or the office."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, Enrollment, LeaveRequest
from courses.training.services.absence import class_link, learner, recount
from courses.training.services.attendance import RUNNING, Mark, locked_class, put
from courses.training.services.offices import tell
from lms.audit.services import record
from lms.people.services.offices import office_of

DECIDE = "training.decide_leaverequest"
State = LeaveRequest.State
ON_LEAVE = "准假"


@transaction.atomic
def ask_leave(enrollment: Enrollment, during: DateTimeTZRange, reason: str, *, actor) -> LeaveRequest:
    training_class = locked_class(enrollment.training_class_id)
    if enrollment.officer is None or enrollment.officer.user_id != actor.pk:
        raise PermissionDenied("请假由学员本人提出。")
    _check_askable(enrollment, during, training_class)
    leave = LeaveRequest(enrollment=enrollment, during=during, reason=reason)
    leave.full_clean(exclude=["decided_by", "decided_at"])
    leave.save()
    record("training.ask_leave", actor=actor, target=leave, reason=reason)
    head = training_class.head_teacher
    whom = [head] if head else office_of(training_class.unit, DECIDE)
    tell(whom, title=f"请假待审批：{training_class}", body=f"{enrollment.name}：{reason}", link=_desk_of(leave, head))
    return leave


def _desk_of(leave: LeaveRequest, head) -> str:
    """Where whoever decides finds it: a head teacher on his phone, an office in the console."""
    if head:
        return reverse("training:head_class", args=[leave.enrollment.training_class_id])
    return reverse("leaverequest:index")


def _check_askable(enrollment: Enrollment, during: DateTimeTZRange, training_class) -> None:
    if during.lower >= during.upper:
        raise ValidationError("结束时间应晚于开始时间。", code="empty")
    if enrollment.state != Enrollment.State.CONFIRMED or training_class.state not in RUNNING:
        raise ValidationError("不在上课的班，不能请假。", code="not_running")
    if not sessions_within(enrollment, during).filter(during__endswith__gt=timezone.now()).exists():
        raise ValidationError("这段时间没有还未结束的课。已上过的课，请提出申诉。", code="no_session")
    if enrollment.leave_requests.filter(during__overlap=during, state__in=[State.ASKED, State.GRANTED]).exists():
        raise ValidationError("这段时间已请过假。", code="already_asked")


def sessions_within(enrollment: Enrollment, during: DateTimeTZRange):
    rows = ClassSession.objects.filter(training_class=enrollment.training_class_id, is_cancelled=False)
    return rows.filter(during__overlap=during)


@transaction.atomic
def grant_leave(leave: LeaveRequest, *, actor, reply: str = "") -> LeaveRequest:
    """Marks the sessions he will miss; where he was present all the same, that stands."""
    leave = _asked(leave, actor)
    enrollment = leave.enrollment
    for session in sessions_within(enrollment, leave.during):
        found = session.attendance.filter(enrollment=enrollment).select_related("session").first()
        if found is None or found.state == Attendance.State.ABSENT:
            mark = Mark(Attendance.State.LEAVE, Attendance.Method.ROLL_CALL, actor, timezone.now(), ON_LEAVE)
            put(session, [(enrollment, mark)])
    _decide(leave, State.GRANTED, actor, reply)
    recount(enrollment.training_class, [enrollment.pk])
    return leave


@transaction.atomic
def refuse_leave(leave: LeaveRequest, *, actor, reply: str) -> LeaveRequest:
    leave = _asked(leave, actor)
    _decide(leave, State.REFUSED, actor, reply)
    return leave


@transaction.atomic
def withdraw_leave(leave: LeaveRequest, *, actor) -> LeaveRequest:
    """Before a decision, or before the first session it was granted for has begun."""
    leave = _locked(leave)
    if leave.enrollment.officer is None or leave.enrollment.officer.user_id != actor.pk:
        raise PermissionDenied("请假由学员本人撤回。")
    sessions = sessions_within(leave.enrollment, leave.during)
    begun = sessions.filter(during__startswith__lte=timezone.now()).exists()
    if leave.state not in (State.ASKED, State.GRANTED) or (leave.state == State.GRANTED and begun):
        raise ValidationError("这次请假已生效或已结束，不能撤回。", code="not_withdrawable")
    leave.enrollment.attendance.filter(session__in=sessions, state=Attendance.State.LEAVE, note=ON_LEAVE).delete()
    leave.state = State.WITHDRAWN
    leave.save(update_fields=["state"])
    record("training.withdraw_leave", actor=actor, target=leave)
    recount(leave.enrollment.training_class, [leave.enrollment_id])
    return leave


def _locked(leave: LeaveRequest) -> LeaveRequest:
    training_class = locked_class(leave.enrollment.training_class_id)
    rows = LeaveRequest.objects.select_related("enrollment__officer__user", "enrollment__guest")
    leave = rows.get(pk=leave.pk)
    leave.enrollment.training_class = training_class
    return leave


def _asked(leave: LeaveRequest, actor) -> LeaveRequest:
    if not LeaveRequest.objects.of_class_kept_by(actor, DECIDE).filter(pk=leave.pk).exists():
        raise PermissionDenied("只有本班班主任和主办单位教育培训部门可以审批请假。")
    leave = _locked(leave)
    if leave.state != State.ASKED:
        raise ValidationError("这次请假已处理。", code="already_decided")
    if actor in learner(leave.enrollment):
        raise ValidationError("不能审批自己的请假，请由主办单位教育培训部门审批。", code="same_person")
    if leave.enrollment.training_class.state not in RUNNING:
        raise ValidationError("考勤已核对，不能再批假。请用考勤更正。", code="class_closed")
    return leave


def _decide(leave: LeaveRequest, state: str, actor, reply: str) -> None:
    leave.state, leave.decided_by, leave.decided_at, leave.reply = state, actor, timezone.now(), reply
    leave.save(update_fields=["state", "decided_by", "decided_at", "reply"])
    record(f"training.{'grant' if state == State.GRANTED else 'refuse'}_leave", actor=actor, target=leave, reply=reply)
    title = f"请假{leave.get_state_display()}：{leave.enrollment.training_class}"
    tell(learner(leave.enrollment), title=title, body=reply, link=class_link(leave.enrollment))
