from django.db import models
from django.db.models import Q

from exams.results.querysets import RestsOnQuerySet, RevisionQuerySet, VoidingQuerySet
from exams.sittings.models import Attempt, Exam, Outcome
from lms.kit.models import TwoPersonModel
from lms.people.models import User


class ExamVoiding(TwoPersonModel):
    """考试作废: released results of an exam, or of one candidate, taken back with all that followed from them."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="voidings", verbose_name="考试")
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="答卷（不填为整场）"
    )
    reason = models.CharField("理由", max_length=300)
    refused_at = models.DateTimeField("不予作废时间", null=True, editable=False)
    done = models.JSONField("办理结果", default=dict, editable=False)

    objects = VoidingQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "考试作废"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_examvoiding", "可复核考试作废")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["exam", "attempt"],
                condition=Q(checked_by=None, refused_at=None),
                nulls_distinct=False,
                name="results_voiding_one_open",
                violation_error_message="这项作废已在办理。",
            ),
        ]

    def __str__(self):
        return f"{self.attempt or self.exam} 作废"

    @property
    def audit_unit(self):
        return self.exam.unit

    @property
    def is_open(self) -> bool:
        return not self.is_checked and self.refused_at is None


class Revision(TwoPersonModel):
    """成绩更正: released results brought in line with corrected keys, by decision of two persons."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="revisions", verbose_name="考试")
    reason = models.CharField("理由", max_length=300)
    changed = models.PositiveIntegerField("有变化", default=0, editable=False)
    refused_at = models.DateTimeField("不予更正时间", null=True, editable=False)

    objects = RevisionQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "成绩更正"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_revision", "可复核成绩更正")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["exam"],
                condition=Q(checked_by=None, refused_at=None),
                name="results_revision_one_open",
                violation_error_message="这场考试已有一项待复核的成绩更正。",
            ),
        ]

    def __str__(self):
        return f"{self.exam} 成绩更正"

    @property
    def audit_unit(self):
        return self.exam.unit

    @property
    def is_open(self) -> bool:
        return not self.is_checked and self.refused_at is None


class RestsOn(models.Model):
    """What stands on a pass that was taken back: listed for a decision, never undone by itself."""

    class State(models.TextChoices):
        OPEN = "OPEN", "待决定"
        KEPT = "KEPT", "予以保留"
        ACTED = "ACTED", "已另行处理"

    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="dependants", verbose_name="考试结果")
    key = models.CharField("事项", max_length=120)
    title = models.CharField("名称", max_length=150)
    link = models.CharField("页面", max_length=200, blank=True)
    state = models.CharField("状态", max_length=6, choices=State, default=State.OPEN)
    note = models.CharField("决定说明", max_length=300, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", null=True)

    objects = RestsOnQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待决定事项"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("decide_restson", "可决定依据失效的事项")]
        constraints = [
            models.UniqueConstraint(fields=["outcome", "key"], name="results_restson_once"),
            models.CheckConstraint(
                condition=Q(state="OPEN", decided_by=None, decided_at=None)
                | (~Q(state="OPEN") & Q(decided_by__isnull=False, decided_at__isnull=False, note__gt="")),
                name="results_restson_decided",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.outcome.attempt.candidate.unit
