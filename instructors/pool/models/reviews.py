from django.db import models
from django.db.models import Q

from instructors.pool.models.instructors import Instructor
from instructors.pool.querysets import YearReviewQuerySet
from lms.people.models import User
from lms.rules.models import RuleVersion


class YearReview(models.Model):
    """An instructor's year, as the evidence stood when it was counted, and what was decided on it."""

    class Decision(models.TextChoices):
        NONE = "", "待决定"
        RENEWED = "RENEWED", "达标，自动续聘"
        KEPT = "KEPT", "达标，聘期未满"
        WARNED = "WARNED", "不达标，限期改进"
        EXCUSED = "EXCUSED", "不达标，有正当理由"
        EXITED = "EXITED", "退出"

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="year_reviews", verbose_name="教员")
    year = models.PositiveSmallIntegerField("年度")
    lectures = models.PositiveSmallIntegerField("授课次数")
    hours = models.DecimalField("授课学时", max_digits=7, decimal_places=2)
    score = models.DecimalField("平均评分", max_digits=5, decimal_places=2, null=True)
    responses = models.PositiveIntegerField("评分份数")
    courseware = models.PositiveSmallIntegerField("课件数")
    is_met = models.BooleanField("达标")
    years_below = models.PositiveSmallIntegerField("连续不达标年数", default=0)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="规则版本")
    counted_at = models.DateTimeField("统计时间")
    decision = models.CharField("结论", max_length=10, choices=Decision, blank=True, default=Decision.NONE)
    note = models.CharField("说明", max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="决定人")
    decided_at = models.DateTimeField("决定时间", null=True)

    objects = YearReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "年度考评"
        ordering = ["-year", "instructor__unit__path", "instructor__name"]
        default_permissions = ["add", "view"]
        permissions = [("decide_yearreview", "可决定考评结果")]
        constraints = [
            models.UniqueConstraint(fields=["instructor", "year"], name="pool_yearreview_once"),
            models.CheckConstraint(
                condition=Q(decision__in=["", "WARNED", "EXCUSED", "EXITED"], is_met=False)
                | Q(decision__in=["", "RENEWED", "KEPT"], is_met=True),
                name="pool_yearreview_decision",
            ),
        ]

    def __str__(self):
        return f"{self.instructor} {self.year}年"

    @property
    def audit_unit(self):
        return self.instructor.unit
