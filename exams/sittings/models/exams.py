from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from courses.catalogue.models.references import Level
from exams.papers.models import Blueprint
from exams.sittings.querysets import ExamQuerySet, HallQuerySet, QuotaQuerySet, SittingQuerySet
from instructors.venues.models import Venue
from lms.kit.models import TwoPersonModel
from lms.people.models import OrgUnit, User
from lms.rules.models import RuleVersion


class Exam(TwoPersonModel):
    """考试: drafted, published by another person, then its terms stay. Sittings are added until it is released."""

    class Kind(models.TextChoices):
        QUALIFICATION = "QUALIFICATION", "资格考试"
        LEVEL = "LEVEL", "等级能力考试"
        CLOSING = "CLOSING", "课程测验"
        PRACTICE = "PRACTICE", "模拟考试"

    class Subject(models.TextChoices):
        GENERAL_LAW = "GENERAL_LAW", "通用法律知识"
        SPECIAL_LAW = "SPECIAL_LAW", "专门法律知识"

    class Browsers(models.TextChoices):
        ANY = "ANY", "任意浏览器"
        HALL = "HALL", "仅在考场，凭考场口令"

    class Layout(models.TextChoices):
        ONE = "ONE", "一屏一题"
        LIST = "LIST", "整卷列出"

    code = models.SlugField("代码", max_length=30, unique=True)
    title = models.CharField("名称", max_length=80)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="组织单位")
    kind = models.CharField("类别", max_length=15, choices=Kind)
    subject = models.CharField("科目", max_length=15, choices=Subject, blank=True)
    level = models.CharField("等级", max_length=15, choices=Level, blank=True)
    blueprint = models.ForeignKey(Blueprint, models.PROTECT, related_name="exams", verbose_name="组卷方案")
    forms = models.PositiveSmallIntegerField("卷别数（0为一人一卷）", default=0)
    limit_minutes = models.PositiveSmallIntegerField(
        "时长（分钟，不填为不限）", null=True, blank=True, validators=[MinValueValidator(1)]
    )
    grace_seconds = models.PositiveSmallIntegerField("到点后仍接收（秒）")
    entry_minutes = models.PositiveSmallIntegerField("开考多少分钟后不得入场（不填为不限）", null=True, blank=True)
    hand_in_minutes = models.PositiveSmallIntegerField(
        "只在结束前多少分钟内可交卷（不填为不限）", null=True, blank=True
    )
    attempts = models.PositiveSmallIntegerField("可考次数", default=1, validators=[MinValueValidator(1)])
    browsers = models.CharField("答题设备", max_length=5, choices=Browsers, default=Browsers.ANY)
    layout = models.CharField("版式", max_length=5, choices=Layout, default=Layout.ONE)
    pass_percent = models.DecimalField(
        "合格线（满分的百分比）", max_digits=5, decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, null=True, related_name="+", verbose_name="合格线依据", editable=False
    )

    objects = ExamQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "考试"
        ordering = ["-id"]
        default_permissions = ["add", "change", "view"]
        permissions = [
            ("publish_exam", "可发布考试"),
            ("run_exam", "可编排考场和考生"),
            ("watch_exam", "可看考场情况"),
            ("compensate_exam", "可提出补时"),
            ("decide_exam", "可批准补时和作废"),
        ]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(pass_percent__range=(0, 100)),
                name="sittings_exam_pass",
                violation_error_message="合格线应在0至100之间。",
            ),
            models.CheckConstraint(
                condition=Q(kind="LEVEL", level__gt="") | (~Q(kind="LEVEL") & Q(level="")),
                name="sittings_exam_level",
                violation_error_message="等级能力考试须选等级，其他考试不选。",
            ),
            models.CheckConstraint(
                condition=Q(kind="QUALIFICATION", subject__gt="") | (~Q(kind="QUALIFICATION") & Q(subject="")),
                name="sittings_exam_subject",
                violation_error_message="资格考试须选科目，其他考试不选。",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit

    @property
    def is_self_service(self) -> bool:
        """Begun by the officer when he likes, marked at once: closing tests and mock exams."""
        return self.kind in (self.Kind.CLOSING, self.Kind.PRACTICE)


class Sitting(models.Model):
    """场次: a window in which some of the candidates sit."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="sittings", verbose_name="考试")
    number = models.PositiveSmallIntegerField("场次")
    opens_at = models.DateTimeField("开考时间")
    closes_at = models.DateTimeField("结束时间", null=True, blank=True)

    objects = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "场次"
        ordering = ["exam_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "number"],
                name="sittings_sitting_number",
                violation_error_message="该考试已有这一场次。",
            ),
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="sittings_sitting_window",
                violation_error_message="结束时间应在开考时间之后。",
            ),
        ]

    def __str__(self):
        return f"{self.exam} 第{self.number}场"

    @property
    def audit_unit(self):
        return self.exam.unit


class Hall(models.Model):
    """考场: a room of a sitting, its seats numbered from 1. The code opens papers only where it is read out."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="halls", verbose_name="场次")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="考点单位")
    name = models.CharField("考场", max_length=40)
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="场所")
    seats = models.PositiveSmallIntegerField("座位数", validators=[MinValueValidator(1)])
    code = models.CharField("考场口令", max_length=6, editable=False)
    invigilators = models.ManyToManyField(User, blank=True, related_name="halls", verbose_name="监考员")

    objects = HallQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考场"
        ordering = ["sitting_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "name"], name="sittings_hall_name", violation_error_message="该场次已有同名考场。"
            ),
            models.CheckConstraint(
                condition=Q(seats__gt=0), name="sittings_hall_seats", violation_error_message="座位数应大于0。"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit


class UnitQuota(models.Model):
    """How many of a sitting's seats a unit may fill."""

    sitting = models.ForeignKey(Sitting, models.CASCADE, related_name="quotas", verbose_name="场次")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    places = models.PositiveSmallIntegerField("名额")

    objects = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "场次名额"
        ordering = ["sitting_id", "unit__path"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "unit"], name="sittings_quota_unit", violation_error_message="该单位已有名额。"
            )
        ]

    def __str__(self):
        return f"{self.unit} {self.places}"

    @property
    def audit_unit(self):
        return self.unit
