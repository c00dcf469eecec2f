from django.db import models
from django.db.models import Q

from exams.results.querysets import ClearanceQuerySet, ReleaseQuerySet
from exams.sittings.models import Attempt, Exam, Incident, Sitting
from lms.kit.models import TwoPersonModel
from lms.people.models import User
from lms.rules.models import RuleVersion


class Release(TwoPersonModel):
    """成绩发布: of all that was handed in at some windows, proposed by one and carried out by another.

    Whoever is admitted later (a resit, a voiding taken back) is told by a further release.
    """

    class Feedback(models.TextChoices):
        TOTAL = "TOTAL", "只告知总分和是否合格"
        POINTS = "POINTS", "另告知各题得分"
        KEYS = "KEYS", "另告知各题得分、答案和解析"

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="releases", verbose_name="考试")
    sittings = models.ManyToManyField(Sitting, related_name="releases", verbose_name="场次")
    feedback = models.CharField("告知考生", max_length=6, choices=Feedback, default=Feedback.POINTS)
    rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, null=True, related_name="+", verbose_name="复核期限依据", editable=False
    )
    refused_at = models.DateTimeField("退回时间", null=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "成绩发布"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_release", "可复核并发布成绩")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["exam"],
                condition=Q(checked_by=None, refused_at=None),
                name="results_release_one_open",
                violation_error_message="这场考试已有一项待复核的发布。",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None, rule_version=None) | Q(checked_by__isnull=False, refused_at=None),
                name="results_release_terms",
            ),
        ]

    def __str__(self):
        return f"{self.exam} 成绩发布"

    @property
    def audit_unit(self):
        return self.exam.unit

    @property
    def is_open(self) -> bool:
        return not self.is_checked and self.refused_at is None


class ReleasedAttempt(models.Model):
    """Which release told whom: each attempt once."""

    release = models.ForeignKey(Release, models.PROTECT, related_name="released", verbose_name="发布")
    attempt = models.OneToOneField(Attempt, models.PROTECT, related_name="released", verbose_name="答卷")

    class Meta:
        verbose_name = verbose_name_plural = "已发布答卷"
        default_permissions = ()

    def __str__(self):
        return f"{self.attempt}"


class Clearance(models.Model):
    """What was reported of a candidate and leaves his marks as they are: somebody looked, and says why."""

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="clearance", verbose_name="考场记录")
    reason = models.CharField("理由", max_length=200)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="处理人")
    made_at = models.DateTimeField("处理时间", auto_now_add=True)

    objects = ClearanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "不影响成绩的记录"
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self):
        return f"{self.incident} {self.reason}"

    @property
    def audit_unit(self):
        return self.incident.candidate.unit
