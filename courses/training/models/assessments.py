from django.db import models
from django.db.models import Q

from courses.training.models.classes import TrainingClass
from courses.training.models.enrollments import Enrollment
from courses.training.querysets import AssessmentQuerySet, EnrollmentRowQuerySet
from lms.people.models import User
from lms.rules.models import RuleVersion


class AssessmentPart(models.Model):
    """What learners of a class are assessed by: a theory score, fitness items, drill scored by judges."""

    class Kind(models.TextChoices):
        THEORY = "THEORY", "理论考试"
        FITNESS = "FITNESS", "体能测试"
        DRILL = "DRILL", "队列训练"

    training_class = models.ForeignKey(TrainingClass, models.CASCADE, related_name="parts", verbose_name="培训班")
    kind = models.CharField("方式", max_length=10, choices=Kind)
    pass_mark = models.DecimalField("合格线", max_digits=5, decimal_places=1, null=True, blank=True)
    judges = models.PositiveSmallIntegerField("评委人数", default=1)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核"
        ordering = ["training_class_id", "kind"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["training_class", "kind"], name="training_part_once"),
            models.CheckConstraint(
                condition=Q(kind="FITNESS", pass_mark=None) | (~Q(kind="FITNESS") & Q(pass_mark__isnull=False)),
                name="training_part_pass_mark",
                violation_error_message="理论和队列须填合格线；体能按标准，不填。",
            ),
        ]

    def __str__(self):
        return self.get_kind_display()


class AssessmentScore(models.Model):
    """One value somebody was given: a theory score, one fitness item, one judge's mark of a drill."""

    part = models.ForeignKey(AssessmentPart, models.PROTECT, related_name="scores", verbose_name="考核")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="scores", verbose_name="学员")
    item = models.CharField("项目", max_length=40, blank=True)
    judge = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="评委")
    value = models.DecimalField("成绩", max_digits=7, decimal_places=2)
    is_passed = models.BooleanField("达标", null=True)
    standard = models.ForeignKey(
        RuleVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所依标准"
    )
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="录入人")
    recorded_at = models.DateTimeField("录入时间", auto_now=True)

    objects = EnrollmentRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核成绩"
        ordering = ["part_id", "enrollment_id", "item"]
        default_permissions = ["view"]
        permissions = [("record_score", "可录入考核成绩")]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "enrollment", "item", "judge"], nulls_distinct=False, name="training_score_once"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="training_score_not_negative"),
        ]

    def __str__(self):
        return f"{self.enrollment} {self.part} {self.value}"
