from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from courses.catalogue.models import ItemCode, Topic
from courses.catalogue.models.references import Level as CourseLevel
from instructors.pool.models.appointments import Appointment
from instructors.pool.models.instructors import Level
from instructors.pool.querysets import NominationQuerySet, RoundQuerySet, TrialQuerySet
from lms.people.models import Officer, OrgUnit, User


class SelectionRound(models.Model):
    """A year's search for instructors of one level by a unit, with a number to be reached."""

    class State(models.TextChoices):
        OPEN = "OPEN", "接受推荐"
        REVIEWING = "REVIEWING", "试讲评审"
        CLOSED = "CLOSED", "已结束"

    LEVELS = [(value, label) for value, label in Level.choices if value != Level.EXTERNAL]

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="选聘单位")
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("级别", max_length=10, choices=LEVELS)
    title = models.CharField("名称", max_length=80)
    target = models.PositiveSmallIntegerField("计划新聘人数")
    closes_on = models.DateField("推荐截止日期")
    notes = models.TextField("条件和要求", blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN, editable=False)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="发起人", editable=False)
    made_at = models.DateTimeField("发起时间", auto_now_add=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "选聘轮次"
        ordering = ["-year", "unit__path", "-id"]
        default_permissions = ["add", "change", "view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(target__gt=0), name="pool_round_target", violation_error_message="计划新聘人数应大于0。"
            ),
            models.UniqueConstraint(
                fields=["unit", "year", "level"],
                condition=~Q(state="CLOSED"),
                name="pool_round_one_open",
                violation_error_message="本单位这一级别的选聘尚未结束，不能再开一轮。",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit


class Nomination(models.Model):
    """Somebody put forward in a round, by himself or by his unit, and what became of it."""

    class Source(models.TextChoices):
        SELF = "SELF", "本人报名"
        OFFICE = "OFFICE", "单位推荐"

    class State(models.TextChoices):
        NOMINATED = "NOMINATED", "待安排试讲"
        TRIAL = "TRIAL", "试讲评审中"
        PASSED = "PASSED", "评审通过"
        FAILED = "FAILED", "未通过"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    round = models.ForeignKey(SelectionRound, models.PROTECT, related_name="nominations", verbose_name="选聘轮次")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="nominations", verbose_name="人员")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="推荐时单位", editable=False)
    source = models.CharField("方式", max_length=8, choices=Source, editable=False)
    statement = models.TextField("推荐理由", max_length=1000)
    topics = models.ManyToManyField(Topic, blank=True, related_name="+", verbose_name="能讲的专题")
    items = models.ManyToManyField(ItemCode, blank=True, related_name="+", verbose_name="能讲的执法事项")
    course_levels = ArrayField(
        models.CharField(max_length=12, choices=CourseLevel), default=list, blank=True, verbose_name="课程等级"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.NOMINATED, editable=False)
    trial_at = models.DateTimeField("试讲时间", null=True, editable=False)
    trial_title = models.CharField("试讲课题", max_length=80, blank=True, editable=False)
    trial_place = models.CharField("试讲地点", max_length=80, blank=True, editable=False)
    decision_reason = models.CharField("评审结论说明", max_length=200, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="评审结论人", editable=False
    )
    decided_at = models.DateTimeField("评审结论时间", null=True, editable=False)
    appointment = models.OneToOneField(
        Appointment, models.PROTECT, null=True, related_name="nomination", verbose_name="聘任", editable=False
    )
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="推荐人", editable=False)
    made_at = models.DateTimeField("推荐时间", auto_now_add=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "选聘人选"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("arrange_trial", "可安排试讲"), ("decide_nomination", "可作出评审结论")]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "officer"],
                condition=~Q(state="WITHDRAWN"),
                name="pool_nomination_once",
                violation_error_message="该人员已在本轮人选中。",
            ),
        ]

    def __str__(self):
        return f"{self.officer}（{self.round.get_level_display()}）"

    @property
    def audit_unit(self):
        return self.round.unit


class TrialReview(models.Model):
    """One reviewer's marks for a trial lecture: asked of him first, given once, never changed."""

    nomination = models.ForeignKey(Nomination, models.PROTECT, related_name="reviews", verbose_name="人选")
    reviewer = models.ForeignKey(User, models.PROTECT, related_name="trial_reviews", verbose_name="评审人")
    marks = models.JSONField("各项得分", default=dict)
    total = models.PositiveSmallIntegerField("总分", null=True)
    comment = models.CharField("评语", max_length=500, blank=True)
    scored_at = models.DateTimeField("评分时间", null=True)

    objects = TrialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试讲评分"
        ordering = ["id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["nomination", "reviewer"], name="pool_trial_once"),
            models.CheckConstraint(condition=Q(total=None) | Q(total__lte=100), name="pool_trial_total"),
            models.CheckConstraint(
                condition=Q(total=None, scored_at=None) | Q(total__isnull=False, scored_at__isnull=False),
                name="pool_trial_scored",
            ),
        ]

    def __str__(self):
        return f"{self.nomination_id} {self.reviewer_id}"
