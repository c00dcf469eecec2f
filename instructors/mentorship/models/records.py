from django.db import models
from django.db.models import Q

from instructors.mentorship.models.agreements import Mentorship, MentorshipPhase, Side
from instructors.mentorship.querysets import LogQuerySet, OfPhaseQuerySet, RatingQuerySet
from lms.rules.models import RuleVersion


class LogEntry(models.Model):
    """A day of a mentorship as one of the two wrote it down; the apprentice's counts once the mentor confirmed it."""

    class State(models.TextChoices):
        WRITTEN = "WRITTEN", "待确认"
        CONFIRMED = "CONFIRMED", "已确认"
        RETURNED = "RETURNED", "已退回"

    mentorship = models.ForeignKey(Mentorship, models.PROTECT, related_name="logs", verbose_name="师带徒")
    phase = models.ForeignKey(MentorshipPhase, models.PROTECT, related_name="logs", verbose_name="阶段")
    side = models.CharField("记录人", max_length=10, choices=Side)
    on = models.DateField("日期")
    hours = models.DecimalField("带教时长（小时）", max_digits=4, decimal_places=2)
    text = models.TextField("内容", max_length=1000)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WRITTEN)
    reply = models.CharField("师傅意见", max_length=200, blank=True)
    written_at = models.DateTimeField("记录时间", auto_now=True)
    decided_at = models.DateTimeField("确认时间", null=True, editable=False)

    objects = LogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "带教日志"
        ordering = ["-on", "side"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship", "side", "on"],
                name="mentorship_log_one_a_day",
                violation_error_message="这一天已有日志，每天一篇。",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=12),
                name="mentorship_log_hours",
                violation_error_message="时长应大于0，不超过12小时。",
            ),
            models.CheckConstraint(condition=Q(side__in=["MENTOR", "APPRENTICE"]), name="mentorship_log_side"),
        ]

    def __str__(self):
        return f"{self.mentorship} {self.on:%Y年%-m月%-d日}"

    @property
    def audit_unit(self):
        return self.mentorship.unit

    @property
    def author(self):
        return self.mentorship.mentor if self.side == Side.MENTOR else self.mentorship.apprentice

    @property
    def evidence_key(self) -> str:
        return f"mentorship.logentry:{self.pk}"


class Observation(models.Model):
    """What a mentor saw: every item of the rule's sheet scored, as [{key, label, score, narrative}]. Never changed."""

    phase = models.ForeignKey(MentorshipPhase, models.PROTECT, related_name="observations", verbose_name="阶段")
    on = models.DateField("观察日期")
    scores = models.JSONField("评分")
    summary = models.TextField("总体意见", max_length=1000)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="适用规则")
    made_at = models.DateTimeField("填写时间", auto_now_add=True)

    objects = OfPhaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "观察表"
        ordering = ["-on", "-id"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.phase.mentorship} {self.on:%Y年%-m月%-d日}观察表"

    @property
    def audit_unit(self):
        return self.phase.mentorship.unit

    @property
    def total(self) -> int:
        return sum(one["score"] for one in self.scores)

    @property
    def sheet(self) -> str:
        return "；".join(
            f"{one['label']}{one['score']}分{one['narrative'] and '：' + one['narrative']}" for one in self.scores
        )


class Rating(models.Model):
    """What an apprentice thinks of the mentor at the end of a phase: for the office, never for the mentor."""

    phase = models.OneToOneField(MentorshipPhase, models.PROTECT, related_name="rating", verbose_name="阶段")
    score = models.PositiveSmallIntegerField("评价")
    comment = models.TextField("意见", max_length=500, blank=True)
    made_at = models.DateTimeField("评价时间", auto_now_add=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "徒弟评价"
        ordering = ["phase"]
        default_permissions = []

    def __str__(self):
        return f"{self.phase}评价"

    @property
    def audit_unit(self):
        return self.phase.mentorship.unit
