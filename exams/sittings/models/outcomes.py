from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from exams.sittings.models.attempts import Attempt
from exams.sittings.querysets import OutcomeQuerySet


class Outcome(models.Model):
    """考试结果, one version of it: what was released, and what an appeal, a correction or a voiding made of it.

    Nothing is ever edited; the newest of an attempt counts.
    """

    class Cause(models.TextChoices):
        RELEASE = "RELEASE", "发布"
        APPEAL = "APPEAL", "复核"
        REGRADE = "REGRADE", "更正"
        VOID = "VOID", "作废"

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="outcomes", verbose_name="答卷")
    number = models.PositiveSmallIntegerField("次序", default=1)
    objective = models.DecimalField("客观题得分", max_digits=7, decimal_places=2)
    by_hand = models.DecimalField("主观题得分", max_digits=7, decimal_places=2)
    full = models.DecimalField("满分", max_digits=7, decimal_places=2)
    pass_marks = models.DecimalField("合格分", max_digits=7, decimal_places=2)
    is_passed = models.BooleanField("合格")
    cause = models.CharField("缘由", max_length=10, choices=Cause)
    reason = models.CharField("说明", max_length=300, blank=True)
    made_at = models.DateTimeField("时间", auto_now_add=True)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考试结果"
        ordering = ["attempt_id", "-number"]
        default_permissions = ["view"]
        permissions = [("view_outcome_history", "可看考试结果的历次版本")]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "number"], name="sittings_outcome_number"),
            models.CheckConstraint(
                condition=Q(cause="VOID", is_passed=False)
                | Q(is_passed=True, pass_marks__lte=F("objective") + F("by_hand"))
                | Q(is_passed=False, pass_marks__gt=F("objective") + F("by_hand")),
                name="sittings_outcome_passed",
            ),
            models.CheckConstraint(
                condition=Q(objective__gte=0, by_hand__gte=0, full__gte=F("objective") + F("by_hand")),
                name="sittings_outcome_marks",
            ),
        ]

    def __str__(self):
        return f"{self.attempt} {self.marks}/{self.full}"

    @property
    def audit_unit(self):
        return self.attempt.candidate.unit

    @property
    def marks(self) -> Decimal:
        return self.objective + self.by_hand

    @property
    def is_void(self) -> bool:
        return self.cause == self.Cause.VOID
