from django.db import models
from django.db.models import Q

from exams.bank.models import QuestionVersion
from exams.sittings.models.attempts import Attempt
from exams.sittings.models.exams import Exam
from exams.sittings.querysets import CorrectionQuerySet, RegradeQuerySet, ScoreQuerySet
from lms.kit.models import TwoPersonModel


class Score(models.Model):
    """客观题得分, one version of it. A correction of a key adds another; nothing is ever edited."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="scores", verbose_name="答卷")
    number = models.PositiveSmallIntegerField("次序", default=1)
    marks = models.DecimalField("客观题得分", max_digits=7, decimal_places=2)
    full = models.DecimalField("客观题满分", max_digits=7, decimal_places=2)
    by_slot = models.JSONField("各题得分")
    answers_sha256 = models.CharField("答卷摘要", max_length=64)
    corrections = models.JSONField("更正", default=list)
    made_at = models.DateTimeField("时间", auto_now_add=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "客观题得分"
        ordering = ["attempt_id", "-number"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="sittings_score_number")]

    def __str__(self):
        return f"{self.attempt} {self.marks}/{self.full}"


class KeyCorrection(TwoPersonModel):
    """A key found wrong after papers were drawn: what it should have been, or that the question counts for all or for none."""

    class Treatment(models.TextChoices):
        REKEYED = "REKEYED", "改正答案"
        FULL_MARKS = "FULL_MARKS", "全部给满分"
        EXCLUDED = "EXCLUDED", "不计分"

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="corrections", verbose_name="考试")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+", verbose_name="试题版本")
    treatment = models.CharField("处理", max_length=10, choices=Treatment)
    content = models.JSONField("改正后的内容", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)

    objects = CorrectionQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "答案更正"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_keycorrection", "可复核答案更正")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(treatment="REKEYED", content__isnull=False)
                | (~Q(treatment="REKEYED") & Q(content__isnull=True)),
                name="sittings_correction_content",
            ),
        ]

    def __str__(self):
        return f"{self.version} {self.get_treatment_display()}"

    @property
    def audit_unit(self):
        return self.exam.unit


class Regrade(models.Model):
    """重新计分: what it changed, attempt by attempt. Of what was released it changes nothing."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="regrades", verbose_name="考试")
    made_by = models.ForeignKey("people.User", models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("时间", auto_now_add=True)
    looked_at = models.PositiveIntegerField("重算份数")
    differences = models.JSONField("差异")

    objects = RegradeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "重新计分"
        ordering = ["-id"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.exam} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def audit_unit(self):
        return self.exam.unit
