from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from wagtail.models import Revision

from courses.catalogue.models import Courseware
from courses.development.models.outputs import Output
from courses.development.querysets import ReviewQuerySet, SubmissionQuerySet
from lms.rules.models import RuleVersion


class Submission(models.Model):
    """What was handed in, as it was: a file, a revision of the course's page, or a text. Handed in again it is another."""

    class Verdict(models.TextChoices):
        OPEN = "", "评审中"
        PASSED = "PASSED", "通过"
        RETURNED = "RETURNED", "退回修改"
        REJECTED = "REJECTED", "不采用"

    output = models.ForeignKey(Output, models.PROTECT, related_name="submissions", verbose_name="成果")
    number = models.PositiveSmallIntegerField("稿次")
    courseware = models.ForeignKey(Courseware, models.PROTECT, null=True, related_name="+", verbose_name="课件")
    revision = models.ForeignKey(Revision, models.PROTECT, null=True, related_name="+", verbose_name="课程稿")
    body = models.TextField("正文", blank=True)
    digest = models.CharField("内容摘要", max_length=64)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人")
    submitted_at = models.DateTimeField("提交时间", default=timezone.now)
    verdict = models.CharField("结论", max_length=10, choices=Verdict, default=Verdict.OPEN, blank=True)
    average = models.DecimalField("平均分", max_digits=5, decimal_places=2, null=True)
    scored = models.PositiveSmallIntegerField("评审人数", default=0)
    reason = models.CharField("理由", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送审稿"
        ordering = ["number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["output", "number"], name="development_submission_number"),
            models.UniqueConstraint(
                fields=["output"], condition=Q(verdict=""), name="development_submission_one_open",
                violation_error_message="上一稿还在评审。",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")), name="development_submission_two_persons"
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at=None) | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="development_submission_decided",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.output}（第{self.number}稿）"


class PeerReview(models.Model):
    """One reviewer's blind judgement of one submission, by the rubric of the day it was asked for."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="reviews", verbose_name="送审稿")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="peer_reviews", verbose_name="评审人"
    )
    rubric = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="评分表版本")
    due_on = models.DateField("期限")
    begun_at = models.DateTimeField("开始评审", null=True)
    sent_at = models.DateTimeField("提交时间", null=True)
    scores = models.JSONField("各项得分", default=dict)
    total = models.DecimalField("总分", max_digits=5, decimal_places=2, null=True)
    comment = models.TextField("意见", max_length=1000, blank=True)
    released_at = models.DateTimeField("撤回指派", null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "同行评审"
        ordering = ["due_on", "pk"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "reviewer"],
                name="development_review_once",
                violation_error_message="已指派此人评审这一稿。",
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, total=None) | Q(sent_at__isnull=False, total__isnull=False),
                name="development_review_scored",
            ),
        ]

    def __str__(self):
        return str(self.submission)

    @property
    def audit_unit(self):
        return self.submission.output.unit

    @property
    def standing(self) -> str:
        if self.released_at:
            return "已撤回"
        if self.sent_at:
            return "已提交"
        if self.due_on < timezone.localdate():
            return "逾期"
        return "评审中" if self.begun_at else "待评审"
