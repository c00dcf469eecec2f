"""Attendance put right afterwards: proposed with evidence, applied by a second person."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.models import Attendance, AttendanceCorrection, ClassSession, TrainingClass
from courses.training.services.absence import class_link, learner, recount
from courses.training.services.attendance import Mark, locked_session, put
from courses.training.services.offices import tell
from courses.training.services.posting import repost_attendance
from lms.audit.services import record
from lms.kit.services import check_by_second_person

CHECK = "training.check_attendancecorrection"


@transaction.atomic
def propose_correction(correction: AttendanceCorrection, *, actor) -> AttendanceCorrection:
    """`correction` is not saved yet: session, enrollment, state, reason and evidence as somebody entered them."""
    session = locked_session(correction.session)
    if not ClassSession.objects.kept_by(actor).filter(pk=session.pk).exists():
        raise PermissionDenied("只有本班班主任和主办单位教育培训部门可以申请考勤更正。")
    if correction.enrollment.training_class_id != session.training_class_id:
        raise ValidationError("该学员不在这个班。", code="not_on_roll")
    if session.during.lower > timezone.now():
        raise ValidationError("这一课次还没有开始，不用更正。", code="not_begun")
    if session.attendance.filter(enrollment=correction.enrollment, state=correction.state).exists():
        raise ValidationError("考勤已是这一状态，不用更正。", code="unchanged")
    save_proposal(correction, actor)
    record("training.propose_correction", actor=actor, target=correction, **_of(correction))
    return correction


def save_proposal(correction: AttendanceCorrection, actor) -> None:
    correction.made_by = actor
    correction.full_clean(exclude=["checked_by"])
    correction.save()


@transaction.atomic
def apply_correction(correction: AttendanceCorrection, *, actor) -> Attendance:
    """The second person's consent; where hours are posted already, the ledger follows in the same transaction."""
    if not AttendanceCorrection.objects.within(actor, CHECK).filter(pk=correction.pk).exists():
        raise PermissionDenied("只有主办单位教育培训部门可以复核考勤更正。")
    return carry_out(correction, actor=actor)


def carry_out(correction: AttendanceCorrection, *, actor) -> Attendance:
    session = locked_session(correction.session)
    if session.training_class.state == TrainingClass.State.CANCELLED:
        raise ValidationError("这个班已取消，考勤不再更正。", code="cancelled")
    enrollment = correction.enrollment
    mark = Mark(correction.state, Attendance.Method.CORRECTION, actor, _moment(session, enrollment), correction.reason)
    (attendance,) = put(session, [(enrollment, mark)])
    # Locks are always taken in the order obligation, ledger chain, audit chain.
    if session.training_class.state == TrainingClass.State.POSTED:
        repost_attendance(attendance, actor=actor, reason=correction.reason)
    recount(session.training_class, [enrollment.pk])
    check_by_second_person(correction, actor, action="training.apply_correction", **_of(correction))
    _tell(correction, "考勤已更正", correction.reason)
    return attendance


def _moment(session: ClassSession, enrollment):
    """When he signed stays known; where nobody knew of him, the session's beginning."""
    found = session.attendance.filter(enrollment=enrollment).first()
    return found.signed_at if found else session.during.lower


@transaction.atomic
def refuse_correction(correction: AttendanceCorrection, *, actor, reason: str) -> AttendanceCorrection:
    if not AttendanceCorrection.objects.within(actor, CHECK).filter(pk=correction.pk).exists():
        raise PermissionDenied("只有主办单位教育培训部门可以复核考勤更正。")
    row = check_by_second_person(correction, actor, action="training.refuse_correction", reason=reason)
    row.refused_at, row.refused_reason = row.checked_at, reason
    row.save(update_fields=["refused_at", "refused_reason"])
    _tell(row, "考勤更正未采纳", reason)
    return row


def _of(correction: AttendanceCorrection) -> dict:
    return {
        "session": correction.session_id, "enrollment": correction.enrollment_id,
        "state": correction.state, "reason": correction.reason,
    }  # fmt: skip


def _tell(correction: AttendanceCorrection, what: str, reason: str) -> None:
    enrollment = correction.enrollment
    body = f"{correction.session}，{enrollment.name}：{correction.get_state_display()}。{reason}"
    whom = {*learner(enrollment), correction.made_by}
    tell(whom, title=f"{what}：{enrollment.training_class}", body=body, link=class_link(enrollment))
