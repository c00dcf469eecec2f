from django.db import models
from django.db.models import F, Q

from exams.bank.models import QuestionVersion
from exams.sittings.models import Attempt, Exam
from exams.statistics.querysets import (
    AnalysedExamQuerySet,
    AnalysisQuerySet,
    OfAnalysisQuerySet,
    StatisticQuerySet,
)
from exams.statistics.terms import Flag
from lms.people.models import User
from lms.rules.models import RuleVersion


class AnalysedExam(Exam):
    """待分析考试: an exam once nobody sits it any more."""

    objects = AnalysedExamQuerySet.as_manager()  # type: ignore[misc, assignment]

    class Meta:
        proxy = True
        ordering = ["-id"]
        verbose_name = verbose_name_plural = "可分析的考试"
        default_permissions = ["view"]
        permissions = [("analyse_exam", "可做考试分析")]


class ItemAnalysis(models.Model):
    """考试分析: what the answers of one exam said of its papers on the day it was made. Another day adds another."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="analyses", verbose_name="考试")
    number = models.PositiveSmallIntegerField("次序")
    source_key = models.CharField("凭据", max_length=60, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("分析时间", auto_now_add=True)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="参考线依据")
    people = models.PositiveIntegerField("答卷")
    items = models.PositiveIntegerField("试题")
    weak = models.PositiveIntegerField("待审看")
    is_complete = models.BooleanField("含人工评阅")
    pass_percent = models.DecimalField("合格线（满分的百分比）", max_digits=5, decimal_places=2)
    forms = models.JSONField("各卷")
    marks = models.JSONField("得分分布")
    units = models.JSONField("各单位")

    objects = AnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考试分析"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["exam", "number"], name="statistics_analysis_number")]

    def __str__(self):
        return f"{self.exam} 第{self.number}次分析"

    @property
    def audit_unit(self):
        return self.exam.unit


class ItemStatistic(models.Model):
    """试题统计: how one question version did in one exam, on one form of it. Dated, never changed."""

    analysis = models.ForeignKey(ItemAnalysis, models.PROTECT, related_name="statistics", verbose_name="分析")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="statistics", verbose_name="试题版本")
    form = models.CharField("卷别", max_length=80)
    slot = models.PositiveSmallIntegerField("题号", null=True)
    full = models.DecimalField("满分", max_digits=5, decimal_places=2)
    n = models.PositiveIntegerField("人数")
    blank = models.PositiveIntegerField("未答")
    facility = models.FloatField("难度（得分率）", null=True)
    item_rest = models.FloatField("题余相关", null=True)
    index27 = models.FloatField("27%高低分组指数", null=True)
    alpha_if_deleted = models.FloatField("删题后α", null=True)
    choices = models.JSONField("选择情况")
    flags = models.JSONField("标记", default=list)
    is_weak = models.BooleanField("待审看", default=False)
    made_at = models.DateTimeField("统计时间", auto_now_add=True)

    objects = StatisticQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试题统计"
        ordering = ["-analysis_id", "form", "slot", "id"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "form", "version"], name="statistics_item_once"),
            models.CheckConstraint(
                condition=Q(facility=None) | Q(facility__range=(0, 1)), name="statistics_item_facility"
            ),
            models.CheckConstraint(
                condition=(Q(item_rest=None) | Q(item_rest__range=(-1, 1)))
                & (Q(index27=None) | Q(index27__range=(-1, 1))),
                name="statistics_item_indices",
            ),
            models.CheckConstraint(condition=Q(is_weak=True) | Q(flags=[]), name="statistics_item_weak"),
        ]
        indexes = [models.Index(fields=["version", "-made_at"], name="statistics_item_of_question")]

    def __str__(self):
        return f"{self.version} {self.form}"

    @property
    def audit_unit(self):
        return self.version.question.bank.unit

    @property
    def flag_labels(self) -> list[str]:
        return [str(Flag(one).label) for one in self.flags]


class SimilarPair(models.Model):
    """作答相近: two people who were wrong in the same way more often than chance explains. A hint, never a verdict."""

    analysis = models.ForeignKey(ItemAnalysis, models.PROTECT, related_name="pairs", verbose_name="分析")
    first = models.ForeignKey(Attempt, models.PROTECT, related_name="+", verbose_name="答卷一")
    second = models.ForeignKey(Attempt, models.PROTECT, related_name="+", verbose_name="答卷二")
    same = models.PositiveSmallIntegerField("相同错答")
    both_wrong = models.PositiveSmallIntegerField("都答错")
    expected = models.FloatField("偶然相同（题）")
    chance = models.FloatField("偶然可能")
    same_hall = models.BooleanField("同一考场")
    seats_apart = models.PositiveSmallIntegerField("座位号相差", null=True)

    objects = OfAnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作答相近"
        ordering = ["-analysis_id", "chance", "id"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["analysis", "first", "second"], name="statistics_pair_once"),
            models.CheckConstraint(
                condition=Q(same__lte=F("both_wrong")) & Q(first__lt=F("second")), name="statistics_pair_sound"
            ),
        ]

    def __str__(self):
        return f"{self.first.candidate.number}与{self.second.candidate.number}"

    @property
    def audit_unit(self):
        return self.analysis.exam.unit


class PaceNote(models.Model):
    """作答用时: somebody far quicker than the rest. A hint, never a verdict."""

    analysis = models.ForeignKey(ItemAnalysis, models.PROTECT, related_name="pace_notes", verbose_name="分析")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="+", verbose_name="答卷")
    seconds = models.PositiveIntegerField("用时（秒）")
    typical = models.PositiveIntegerField("全体中位（秒）")
    answered = models.PositiveSmallIntegerField("作答题数")
    bursts = models.PositiveSmallIntegerField("紧接着作答")
    marks = models.DecimalField("得分", max_digits=7, decimal_places=2)
    full = models.DecimalField("满分", max_digits=7, decimal_places=2)

    objects = OfAnalysisQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作答用时"
        ordering = ["-analysis_id", "seconds", "id"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["analysis", "attempt"], name="statistics_pace_once")]

    def __str__(self):
        return f"{self.attempt.candidate.number}"

    @property
    def audit_unit(self):
        return self.analysis.exam.unit
