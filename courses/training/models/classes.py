from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from courses.catalogue.models import Courseware
from courses.training.models.plans import EventType, PlanItem
from courses.training.querysets import ClassMaterialQuerySet, ClassQuerySet, ClassQuotaQuerySet, SessionQuerySet
from instructors.pool.models import Instructor
from instructors.venues.models import Venue, as_range
from lms.people.models import OrgUnit, User
from lms.rules.models import Category, Layer, TrainingKind


class TrainingClass(models.Model):
    """One 期 of training: people, days, sessions. A team session (科队训练) is a class of one session.

    DRAFT → ENROLLING → READY (list of learners fixed) → CHECKED (the unit's check) → POSTED; CANCELLED from any.
    """

    class Form(models.TextChoices):
        CLASS = "CLASS", "培训班"
        TEAM_SESSION = "TEAM_SESSION", "科队训练"

    class Stage(models.TextChoices):
        NONE = "", "不分段"
        THEORY = "THEORY", "理论集训"
        PRACTICE = "PRACTICE", "实践分训"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "筹备中"
        ENROLLING = "ENROLLING", "报名中"
        READY = "READY", "名单已定"
        CHECKED = "CHECKED", "已核对待审批"
        POSTED = "POSTED", "学时已入账"
        CANCELLED = "CANCELLED", "已取消"

    plan_item = models.ForeignKey(
        PlanItem, models.PROTECT, null=True, blank=True, related_name="training_classes", verbose_name="计划项目"
    )
    form = models.CharField("形式", max_length=12, choices=Form, default=Form.CLASS, editable=False)
    event_type = models.CharField("活动类型", max_length=12, choices=EventType, default=EventType.TRAINING)
    stage = models.CharField("阶段", max_length=10, choices=Stage, default=Stage.NONE, blank=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="承接的理论班"
    )
    title = models.CharField("班名", max_length=100)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="training_classes", verbose_name="主办单位")
    kind = models.CharField("培训类型", max_length=15, choices=TrainingKind, default=TrainingKind.IN_SERVICE)
    layer = models.CharField("层级", max_length=10, choices=Layer, default=Layer.UNIT)
    category = models.CharField("类别", max_length=10, choices=Category, default=Category.LAW)
    module = models.CharField("必修模块", max_length=40, blank=True)
    capacity = models.PositiveSmallIntegerField("名额")
    starts_on = models.DateField("开班日期")
    ends_on = models.DateField("结束日期")
    enroll_from = models.DateTimeField("报名开始", null=True, blank=True)
    enroll_until = models.DateTimeField("报名截止", null=True, blank=True)
    is_self_enrolled = models.BooleanField("允许本人报名", default=False)
    needs_approval = models.BooleanField("本人报名须经审批", default=False)
    head_teacher = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="head_teacher_of", verbose_name="班主任"
    )
    notes = models.TextField("报到须知", blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="开班人", editable=False)
    made_at = models.DateTimeField("开班时间", auto_now_add=True)
    checked_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="核对人", editable=False
    )
    checked_at = models.DateTimeField("核对时间", null=True, editable=False)
    posted_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="审批人", editable=False
    )
    posted_at = models.DateTimeField("入账时间", null=True, editable=False)
    cancel_reason = models.CharField("取消理由", max_length=200, blank=True, editable=False)
    is_sampled = models.BooleanField("抽查", default=False, editable=False)
    makes_up = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="made_up_by", verbose_name="补哪一次训练", editable=False
    )

    objects = ClassQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训班"
        ordering = ["-starts_on", "-id"]
        default_permissions = ["add", "change", "view"]
        permissions = [
            ("enroll_trainingclass", "可安排和审批学员"),
            ("check_trainingclass", "可核对结业"),
            ("post_trainingclass", "可审批入账"),
            ("cancel_trainingclass", "可取消培训班"),
            ("hold_team_session", "可组织科队训练"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="training_class_dates",
                violation_error_message="结束日期不能早于开班日期。",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gt=0), name="training_class_capacity", violation_error_message="名额应大于0。"
            ),
            models.CheckConstraint(
                condition=Q(enroll_from=None) | Q(enroll_until=None) | Q(enroll_until__gt=F("enroll_from")),
                name="training_class_enrolment",
                violation_error_message="报名截止应晚于报名开始。",
            ),
            models.CheckConstraint(
                condition=Q(posted_by=None) | ~Q(posted_by=F("checked_by")),
                name="training_class_two_persons",
                violation_error_message="核对人不能审批自己核对的班，请由另一人审批。",
            ),
            models.CheckConstraint(
                condition=~Q(event_type=EventType.MEETING) | Q(module="", posted_at=None),
                name="training_class_meeting",
                violation_error_message="会议不记学时。",
            ),
            models.CheckConstraint(
                condition=Q(stage="PRACTICE") | Q(follows=None),
                name="training_class_stage",
                violation_error_message="只有实践分训承接理论班。",
            ),
            models.UniqueConstraint(fields=["id", "event_type"], name="training_class_type"),
            models.UniqueConstraint(
                fields=["makes_up"],
                condition=Q(makes_up__isnull=False) & ~Q(state="CANCELLED"),
                name="training_class_one_make_up",
                violation_error_message="这次训练已安排补训。",
            ),
        ]
        indexes = [models.Index(fields=["unit", "-starts_on"], name="training_class_unit")]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit

    @property
    def left(self) -> int:
        """Of a row `with_seats_taken`."""
        return max(0, self.capacity - self.seats_taken)

    @property
    def is_meeting(self) -> bool:
        return self.event_type == EventType.MEETING


class ClassQuota(models.Model):
    """How many seats of a class a unit (with all below it) may fill; of a joint class, who else holds it."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, related_name="quotas", verbose_name="培训班")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    seats = models.PositiveSmallIntegerField("名额")
    is_organiser = models.BooleanField("联合主办", default=False)

    objects = ClassQuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名额分配"
        ordering = ["unit__path"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["training_class", "unit"],
                name="training_quota_once",
                violation_error_message="该单位已有名额。",
            ),
        ]

    def __str__(self):
        return f"{self.unit} {self.seats}人"


class ClassSession(models.Model):
    """A lesson of a class, and the unit of attendance. `rule` counts its `quantity` (half-days, hours).

    Its place is booked by a trigger in `venues.Booking`, where nothing else can be booked over it.
    """

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, related_name="sessions", verbose_name="培训班")
    event_type = models.CharField("活动类型", max_length=12, choices=EventType, editable=False)
    title = models.CharField("课题", max_length=100)
    during = DateTimeRangeField("时间")
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name="地点"
    )
    instructor = models.ForeignKey(
        Instructor, models.PROTECT, null=True, blank=True, related_name="sessions", verbose_name="教员"
    )
    rule = models.CharField("计学时规则", max_length=10, default="R07")
    quantity = models.DecimalField("计量", max_digits=5, decimal_places=2, default=1)
    is_cancelled = models.BooleanField("已取消", default=False, editable=False)
    # Kept by a trigger: calendars believe only what has a higher number than what they know.
    revision = models.PositiveIntegerField("修订", default=0, db_default=0, editable=False)
    revised_at = models.DateTimeField("修订时间", default=timezone.now, db_default=Now(), editable=False)
    roll_closed_at = models.DateTimeField("点名结束时间", null=True, editable=False)
    roll_closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="点名人", editable=False
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课次"
        ordering = ["during", "id"]
        default_permissions = ["add", "change", "view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False, during__endswith__isnull=False),
                name="training_session_during",
                violation_error_message="结束时间应晚于开始时间。",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0),
                name="training_session_quantity",
                violation_error_message="计量不能为负数。",
            ),
            models.CheckConstraint(
                condition=~Q(event_type=EventType.MEETING) | Q(quantity=0),
                name="training_session_meeting",
                violation_error_message="会议不记学时。",
            ),
            ExclusionConstraint(
                name="training_session_instructor_free",
                expressions=[
                    (as_range("instructor_id"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(instructor__isnull=False, is_cancelled=False),
                violation_error_message="该教员在这一时间已有课次。",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.training_class.unit


class ClassMaterial(models.Model):
    """A checked courseware file that learners of a class may read."""

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, related_name="materials", verbose_name="培训班")
    courseware = models.ForeignKey(Courseware, models.PROTECT, related_name="+", verbose_name="课件")

    objects = ClassMaterialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训资料"
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["training_class", "courseware"], name="training_material_once"),
        ]

    def __str__(self):
        return str(self.courseware)
