from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from courses.training.querysets import PlanItemQuerySet, PlanQuerySet, PlanRowQuerySet
from lms.people.models import OrgUnit, User
from lms.rules.models import Layer, TrainingKind


class EventType(models.TextChoices):
    TRAINING = "TRAINING", "培训"
    MEETING = "MEETING", "会议"
    SEMINAR = "SEMINAR", "研讨"
    OBSERVATION = "OBSERVATION", "观摩旁听"
    LIVE = "LIVE", "直播"


class TrainingPlan(models.Model):
    """What a unit means to train in a year (or three), filed with the unit above it.

    DRAFT → APPROVED (by a second person of the unit) → FILED → ACCEPTED, or RETURNED and filed again → CLOSED.
    """

    class Span(models.TextChoices):
        YEAR = "YEAR", "年度计划"
        THREE_YEARS = "THREE_YEARS", "三年行动计划"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "编制中"
        APPROVED = "APPROVED", "本单位已审"
        FILED = "FILED", "已报备"
        RETURNED = "RETURNED", "退回修改"
        ACCEPTED = "ACCEPTED", "已备案"
        CLOSED = "CLOSED", "已关闭"

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="training_plans", verbose_name="单位")
    span = models.CharField("期限", max_length=12, choices=Span, default=Span.YEAR)
    year = models.PositiveSmallIntegerField("年度（起）")
    title = models.CharField("名称", max_length=100)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="落实的上级计划"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="编制人", editable=False)
    made_at = models.DateTimeField("编制时间", auto_now_add=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="审核人", editable=False
    )
    filed_at = models.DateTimeField("报备时间", null=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="备案人", editable=False
    )
    decided_at = models.DateTimeField("备案时间", null=True, editable=False)
    return_reason = models.CharField("退回理由", max_length=300, blank=True, editable=False)
    returns = models.PositiveSmallIntegerField("退回次数", default=0, editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训计划"
        ordering = ["-year", "unit__path"]
        default_permissions = ["add", "change", "view"]
        permissions = [
            ("approve_trainingplan", "可审核本单位计划"),
            ("file_trainingplan", "可报备计划"),
            ("accept_trainingplan", "可备案或退回下级计划"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "span", "year"],
                name="training_plan_once",
                violation_error_message="该单位这一年度已有计划。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")),
                name="training_plan_two_persons",
                violation_error_message="编制人不能审核自己的计划，请由另一人审核。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("made_by")),
                name="training_plan_not_own_filing",
                violation_error_message="编制人不能备案自己的计划。",
            ),
            models.CheckConstraint(condition=~Q(follows=F("id")), name="training_plan_not_itself"),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit


class PlanItem(models.Model):
    """One line of a plan: so many classes of so many seats and days, for whom and with which modules."""

    plan = models.ForeignKey(TrainingPlan, models.CASCADE, related_name="items", verbose_name="计划")
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name="落实的上级项目"
    )
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("项目", max_length=100)
    event_type = models.CharField("活动类型", max_length=12, choices=EventType, default=EventType.TRAINING)
    kind = models.CharField("培训类型", max_length=15, choices=TrainingKind, default=TrainingKind.IN_SERVICE)
    layer = models.CharField("层级", max_length=10, choices=Layer, default=Layer.UNIT)
    audience = models.CharField("对象", max_length=100)
    classes = models.PositiveSmallIntegerField("期数", default=1)
    seats = models.PositiveSmallIntegerField("每期人数")
    days = models.DecimalField("每期天数", max_digits=5, decimal_places=1)
    hours = models.DecimalField("每期课程学时", max_digits=6, decimal_places=2, default=0)
    quarter = models.PositiveSmallIntegerField("季度", null=True, blank=True)
    modules = ArrayField(models.CharField(max_length=40), verbose_name="必修模块", default=list, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = PlanItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划项目"
        ordering = ["plan_id", "number"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="training_planitem_number"),
            # The pair that a class refers to, so that its type can never differ from its item's.
            models.UniqueConstraint(fields=["id", "event_type"], name="training_planitem_type"),
            models.CheckConstraint(
                condition=~Q(event_type=EventType.MEETING) | Q(hours=0, modules=[]),
                name="training_planitem_meeting",
                violation_error_message="会议不记学时，也不含必修模块。",
            ),
            models.CheckConstraint(
                condition=Q(classes__gt=0, seats__gt=0, days__gt=0, hours__gte=0),
                name="training_planitem_positive",
                violation_error_message="期数、人数和天数应大于0。",
            ),
            models.CheckConstraint(
                condition=Q(quarter=None) | Q(quarter__range=(1, 4)),
                name="training_planitem_quarter",
                violation_error_message="季度应为1至4。",
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.title}"

    @property
    def attendances(self) -> int:
        """Planned 人次: seats of all its classes."""
        return self.classes * self.seats


class PlanChange(models.Model):
    """What was done to a plan after it left its maker's desk, and why. Rows are only added."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="changes", verbose_name="计划")
    item_number = models.PositiveSmallIntegerField("项目序号", null=True)
    action = models.CharField("动作", max_length=20)
    changed = models.JSONField("变更内容", default=dict)
    reason = models.CharField("理由", max_length=300, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("时间", auto_now_add=True)

    objects = PlanRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划变更"
        ordering = ["-id"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.plan} {self.action}"


class SupervisionVisit(models.Model):
    """督导: somebody from above looked at how a plan is carried out, and what had to be put right by when."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="visits", verbose_name="被督导计划")
    visited_on = models.DateField("督导日期")
    visitors = models.CharField("督导人员", max_length=100)
    findings = models.TextField("督导情况")
    rectification = models.TextField("整改要求", blank=True)
    due_on = models.DateField("整改期限", null=True, blank=True)
    result = models.TextField("整改结果", blank=True, editable=False)
    closed_at = models.DateTimeField("销号时间", null=True, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人", editable=False)

    objects = PlanRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督导记录"
        ordering = ["-visited_on", "-id"]
        default_permissions = ["add", "view"]
        permissions = [("close_supervisionvisit", "可填报整改、销号")]
        constraints = [
            models.CheckConstraint(
                condition=Q(rectification="", due_on=None) | (Q(due_on__isnull=False) & ~Q(rectification="")),
                name="training_visit_due",
                violation_error_message="整改要求和期限须同时填写。",
            ),
        ]

    def __str__(self):
        return f"{self.visited_on} {self.plan.unit}"

    @property
    def audit_unit(self):
        return self.plan.unit
