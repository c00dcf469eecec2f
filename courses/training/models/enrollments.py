from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models
from django.db.models import Q

from courses.training.models.classes import TrainingClass
from courses.training.querysets import DutyQuerySet, EnrollmentQuerySet, OfficerRowQuerySet
from lms.people.models import Officer, OrgUnit, Posting, User
from lms.rules.models import TrainingKind


class Guest(models.Model):
    """A learner from outside the service (街镇领导, other bureaus): owes nothing, gets a proof of attendance."""

    name = models.CharField("姓名", max_length=50)
    affiliation = models.CharField("单位", max_length=100)
    position = models.CharField("职务", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "其他学员"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name", "affiliation"], name="training_guest_once")]

    def __str__(self):
        return f"{self.name}（{self.affiliation}）"


class Enrollment(models.Model):
    """A person in a class. Those CONFIRMED (and what follows it) hold a seat; WAITLISTED ones queue in order."""

    class Source(models.TextChoices):
        ASSIGNED = "ASSIGNED", "指派"
        NOMINATED = "NOMINATED", "推荐"
        SELF = "SELF", "本人报名"

    class State(models.TextChoices):
        PENDING = "PENDING", "待审批"
        WAITLISTED = "WAITLISTED", "候补"
        CONFIRMED = "CONFIRMED", "已录取"
        REJECTED = "REJECTED", "未批准"
        WITHDRAWN = "WITHDRAWN", "已退出"
        DISMISSED = "DISMISSED", "已退班"
        PASSED = "PASSED", "结业"
        FAILED = "FAILED", "未结业"

    SEATED = (State.CONFIRMED, State.DISMISSED, State.PASSED, State.FAILED)
    GONE = (State.REJECTED, State.WITHDRAWN)

    training_class = models.ForeignKey(TrainingClass, models.PROTECT, related_name="enrollments", verbose_name="培训班")
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="enrollments", verbose_name="学员"
    )
    guest = models.ForeignKey(
        Guest, models.PROTECT, null=True, blank=True, related_name="enrollments", verbose_name="其他学员"
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="报名时单位")
    source = models.CharField("来源", max_length=10, choices=Source)
    state = models.CharField("状态", max_length=10, choices=State)
    waitlisted_at = models.DateTimeField("候补时间", null=True)
    warnings = ArrayField(models.CharField(max_length=20), verbose_name="冲突提示", default=list)
    override_reason = models.CharField("冲突仍安排的理由", max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("报名时间", auto_now_add=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="审批人")
    decided_at = models.DateTimeField("审批时间", null=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    dismissal_proposed_at = models.DateTimeField("建议退班时间", null=True)
    warned_at = models.DateTimeField("缺勤提醒时间", null=True)
    tolerated_hours = models.DecimalField("已决定保留的缺勤学时", max_digits=6, decimal_places=2, null=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "学员"
        ordering = ["training_class_id", "unit__path", "id"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(officer=None, guest__isnull=False) | Q(officer__isnull=False, guest=None),
                name="training_enrollment_who",
            ),
            models.CheckConstraint(
                condition=~Q(state="WAITLISTED") | Q(waitlisted_at__isnull=False), name="training_enrollment_queue"
            ),
            models.UniqueConstraint(
                fields=["training_class", "officer"],
                condition=~Q(state__in=["REJECTED", "WITHDRAWN"]) & Q(officer__isnull=False),
                name="training_enrollment_once",
                violation_error_message="该人员已在这个班。",
            ),
            models.UniqueConstraint(
                fields=["training_class", "guest"],
                condition=~Q(state__in=["REJECTED", "WITHDRAWN"]) & Q(guest__isnull=False),
                name="training_enrollment_guest_once",
                violation_error_message="该学员已在这个班。",
            ),
        ]
        indexes = [
            models.Index(fields=["training_class", "state", "waitlisted_at"], name="training_enrollment_seats"),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.training_class.unit

    @property
    def name(self) -> str:
        return self.officer.name if self.officer else self.guest.name

    @property
    def evidence_key(self) -> str:
        return f"courses.training.enrollment:{self.pk}"


class DutyShift(models.Model):
    """When an officer is on duty, from the duty roster's file: a warning for classes, never a lock."""

    officer = models.ForeignKey(Officer, models.CASCADE, related_name="duty_shifts", verbose_name="人员")
    during = DateTimeRangeField("时间")
    label = models.CharField("班次", max_length=40, blank=True)

    objects = OfficerRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班班次"
        ordering = ["during", "officer_id"]
        default_permissions = ["add", "view"]
        constraints = [models.UniqueConstraint(fields=["officer", "during"], name="training_dutyshift_once")]

    def __str__(self):
        return f"{self.officer} {self.label}"


class TrainingDuty(models.Model):
    """凡进必训, 凡晋必训: the posting from which a class is owed. It is met by passing one of that kind."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="training_duties", verbose_name="人员")
    kind = models.CharField("类型", max_length=15, choices=TrainingKind)
    posting = models.ForeignKey(Posting, models.PROTECT, related_name="+", verbose_name="任职记录")
    arisen_on = models.DateField("产生日期")
    met_by = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, related_name="duties_met", verbose_name="已由此班完成"
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "必训任务"
        ordering = ["-arisen_on", "officer_id"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["posting", "kind"], name="training_duty_once"),
            models.CheckConstraint(condition=~Q(kind="IN_SERVICE"), name="training_duty_kind"),
        ]

    def __str__(self):
        return f"{self.officer} {self.get_kind_display()}"
