from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from courses.training.models.classes import ClassSession
from courses.training.models.enrollments import Enrollment
from courses.training.querysets import AppealQuerySet, AttendanceQuerySet, DismissalQuerySet, EnrollmentRowQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import User


class Attendance(models.Model):
    """Whether somebody was in a session, and how that is known. One row for a session and an enrollment."""

    class State(models.TextChoices):
        PRESENT = "PRESENT", "到"
        LATE = "LATE", "迟到"
        LEAVE = "LEAVE", "请假"
        ABSENT = "ABSENT", "缺席"

    class Method(models.TextChoices):
        CODE = "CODE", "扫码"
        OFFLINE = "OFFLINE", "离线扫码补传"
        ROLL_CALL = "ROLL_CALL", "班主任点名"
        TEAM = "TEAM", "中队训练员登记"
        FILE = "FILE", "签到表导入"
        CORRECTION = "CORRECTION", "更正"

    CREDITED = (State.PRESENT, State.LATE)

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="attendance", verbose_name="课次")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="attendance", verbose_name="学员")
    state = models.CharField("状态", max_length=10, choices=State)
    method = models.CharField("方式", max_length=10, choices=Method)
    signed_at = models.DateTimeField("签到时间")
    received_at = models.DateTimeField("收到时间", auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    note = models.CharField("备注", max_length=200, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考勤"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("keep_attendance", "可点名、登记考勤")]
        constraints = [
            models.UniqueConstraint(fields=["session", "enrollment"], name="training_attendance_once"),
        ]

    def __str__(self):
        return f"{self.enrollment} {self.get_state_display()}"

    @property
    def audit_unit(self):
        return self.session.training_class.unit

    @property
    def is_presumed(self) -> bool:
        """Absent because the roll was closed without a sign of him, not because somebody looked."""
        return self.state == self.State.ABSENT and self.signed_at == self.session.roll_closed_at

    @property
    def evidence_key(self) -> str:
        return f"courses.training.attendance:{self.session_id}:{self.enrollment_id}"


class AttendanceCorrection(TwoPersonModel):
    """Attendance put right afterwards: with evidence, and by two persons."""

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="corrections", verbose_name="课次")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="corrections", verbose_name="学员")
    state = models.CharField("更正为", max_length=10, choices=Attendance.State)
    reason = models.CharField("理由", max_length=200)
    evidence_note = models.CharField("依据材料", max_length=200)
    refused_at = models.DateTimeField("未采纳时间", null=True, editable=False)
    refused_reason = models.CharField("未采纳理由", max_length=200, blank=True, editable=False)

    objects = EnrollmentRowQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "考勤更正"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_attendancecorrection", "可复核考勤更正")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["session", "enrollment"],
                condition=Q(checked_at=None),
                name="training_correction_one_open",
                violation_error_message="这一课次已有待复核的更正。",
            ),
        ]

    def __str__(self):
        return f"{self.enrollment} {self.session} → {self.get_state_display()}"

    @property
    def audit_unit(self):
        return self.session.training_class.unit


class LeaveRequest(models.Model):
    """Leave from the sessions of a class that fall into a stretch of time."""

    class State(models.TextChoices):
        ASKED = "ASKED", "待审批"
        GRANTED = "GRANTED", "准假"
        REFUSED = "REFUSED", "不准"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="leave_requests", verbose_name="学员")
    during = DateTimeRangeField("请假时间")
    reason = models.CharField("事由", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    made_at = models.DateTimeField("申请时间", auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    reply = models.CharField("批复", max_length=200, blank=True)

    objects = EnrollmentRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("decide_leaverequest", "可审批请假")]

    def __str__(self):
        return f"{self.enrollment} 请假"

    @property
    def audit_unit(self):
        return self.enrollment.training_class.unit

    @property
    def stretch(self) -> str:
        begin, end = timezone.localtime(self.during.lower), timezone.localtime(self.during.upper)
        return f"{begin:%Y年%-m月%-d日 %H:%M}至{end:%-m月%-d日 %H:%M}"

    stretch.fget.short_description = "请假时间"  # type: ignore[attr-defined]


class Appeal(models.Model):
    """申诉: a learner says that attendance or hours of a class are wrong. Decided by somebody not involved."""

    class State(models.TextChoices):
        FILED = "FILED", "待处理"
        GRANTED = "GRANTED", "采纳"
        REFUSED = "REFUSED", "不予采纳"

    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="appeals", verbose_name="学员")
    session = models.ForeignKey(
        ClassSession, models.PROTECT, null=True, blank=True, related_name="appeals", verbose_name="课次"
    )
    text = models.TextField("申诉内容", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State, default=State.FILED)
    filed_at = models.DateTimeField("提出时间", auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="处理人")
    decided_at = models.DateTimeField("处理时间", null=True)
    reply = models.CharField("答复", max_length=300, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学时申诉"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("decide_appeal", "可处理申诉")]
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "session"],
                condition=Q(state="FILED"),
                nulls_distinct=False,
                name="training_appeal_one_open",
                violation_error_message="这一事项已有待处理的申诉。",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, state="FILED") | Q(decided_at__gte=F("filed_at")),
                name="training_appeal_decided",
            ),
        ]

    def __str__(self):
        return f"{self.enrollment} 申诉"

    @property
    def audit_unit(self):
        return self.enrollment.training_class.unit


class DismissalProposal(Enrollment):
    """A learner who missed too much, while the office of the class has not decided whether he stays."""

    objects = DismissalQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "建议退班"
        ordering = ["-dismissal_proposed_at", "-id"]
        default_permissions = ["view"]
        permissions = [("decide_dismissal", "可决定是否退班")]
