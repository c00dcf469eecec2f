from django.conf import settings
from django.db import models

from instructors.bases.models.reviews import BaseReview
from instructors.bases.querysets import SheetQuerySet


class ScoreSheet(models.Model):
    """One reviewer's points for one application. After it is handed in nothing of it changes."""

    review = models.ForeignKey(BaseReview, models.PROTECT, related_name="sheets", verbose_name="申报")
    turn = models.PositiveSmallIntegerField("第几次评分", default=1)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="base_sheets", verbose_name="评审员"
    )
    is_third = models.BooleanField("第三人评分", default=False)
    points = models.JSONField("得分", default=dict)
    remarks = models.TextField("评语", max_length=1000, blank=True)
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="分派人")
    assigned_at = models.DateTimeField("分派时间", auto_now_add=True)
    submitted_at = models.DateTimeField("交卷时间", null=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分表"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["review", "turn", "reviewer"], name="bases_sheet_once"),
            models.UniqueConstraint(
                fields=["review", "turn"], condition=models.Q(is_third=True), name="bases_sheet_one_third"
            ),
        ]

    def __str__(self):
        return f"{self.review}　第{self.turn}次评分"

    @property
    def audit_unit(self):
        return self.review.unit

    @property
    def total(self) -> int:
        return sum(self.points.values())

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None
