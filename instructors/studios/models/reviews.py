from django.conf import settings
from django.db import models
from django.db.models import Q

from instructors.studios.models.studio import InstructorStudio
from instructors.studios.querysets import ReviewQuerySet, SheetQuerySet
from lms.rules.models import RuleVersion

USER = settings.AUTH_USER_MODEL


class StudioReview(models.Model):
    """A studio's year: scored by reviewers who do not see each other's sheets, then decided by somebody else."""

    class Decision(models.TextChoices):
        KEPT = "KEPT", "合格，继续运行"
        RECTIFY = "RECTIFY", "限期整改"
        DISSOLVED = "DISSOLVED", "撤销"

    studio = models.ForeignKey(InstructorStudio, models.PROTECT, related_name="reviews", verbose_name="工作室")
    year = models.PositiveSmallIntegerField("年度")
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="评分表")
    opened_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="发起人")
    opened_at = models.DateTimeField("发起时间", auto_now_add=True)
    decision = models.CharField("结论", max_length=10, choices=Decision, blank=True)
    decision_note = models.CharField("结论说明", max_length=300, blank=True)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作室评审"
        ordering = ["-year", "studio"]
        default_permissions = ["view"]
        permissions = [("score_studioreview", "可为工作室评分")]
        constraints = [
            models.UniqueConstraint(fields=["studio", "year"], name="studios_review_once_a_year"),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="studios_review_decided",
            ),
        ]

    def __str__(self):
        return f"{self.studio}{self.year}年评审"

    @property
    def audit_unit(self):
        return self.studio.unit


class ScoreSheet(models.Model):
    """One reviewer's scores, as [{key, label, most, score, remark}]. Never changed."""

    review = models.ForeignKey(StudioReview, models.PROTECT, related_name="sheets", verbose_name="评审")
    reviewer = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="评审人")
    scores = models.JSONField("评分")
    total = models.DecimalField("总分", max_digits=5, decimal_places=1)
    comment = models.TextField("评语", max_length=1000)
    made_at = models.DateTimeField("评分时间", auto_now_add=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作室评分表"
        ordering = ["made_at", "pk"]
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["review", "reviewer"], name="studios_sheet_once")]

    def __str__(self):
        return f"{self.review} {self.reviewer.get_full_name()}"

    @property
    def audit_unit(self):
        return self.review.studio.unit
