from decimal import Decimal

from django.db import models
from django.db.models import Q

from exams.marking.policy import Policy
from exams.marking.querysets import MarkerQuerySet, TaskQuerySet
from exams.sittings.models import Exam
from lms.people.models import User


class MarkingTask(models.Model):
    """评卷题: one question of an exam's blueprint that people mark, and how far its two blind rounds have got.

    `terms` are the numbers of the rule on the day it was prepared: a later version of the rule changes none of them.
    """

    class Round(models.IntegerChoices):
        PREPARED = 0, "待开评"
        FIRST = 1, "第一轮"
        SECOND = 2, "第二轮"

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="marking_tasks", verbose_name="考试")
    cell = models.PositiveSmallIntegerField("组卷要求次序")
    title = models.CharField("题目", max_length=80)
    full = models.DecimalField("满分", max_digits=6, decimal_places=2)
    round = models.PositiveSmallIntegerField("轮次", choices=Round, default=Round.PREPARED)
    seed = models.CharField("种子", max_length=40)
    terms = models.JSONField("评阅办法")
    first_opened_at = models.DateTimeField("第一轮开评时间", null=True)
    second_opened_at = models.DateTimeField("第二轮开评时间", null=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评卷题"
        ordering = ["-exam_id", "cell"]
        default_permissions = ["add", "view"]
        permissions = [
            ("run_markingtask", "可组织评卷"),
            ("arbitrate_markingtask", "可仲裁评卷"),
            ("mark_script", "可评阅答卷"),
        ]
        constraints = [models.UniqueConstraint(fields=["exam", "cell"], name="marking_task_once")]

    def __str__(self):
        return f"{self.exam} {self.title}"

    @property
    def audit_unit(self):
        return self.exam.unit

    @property
    def policy(self) -> Policy:
        threshold = self.full * Decimal(self.terms["threshold_percent"]) / 100
        return Policy(
            self.terms["mode"], threshold, self.terms["is_inclusive"], int(self.terms["places"]),
            self.terms["equidistant"], self.terms["arbiter_final"],
        )  # fmt: skip


class Marker(models.Model):
    """阅卷员: somebody's place in the team of a question, with what bars him, deposited when he joined."""

    task = models.ForeignKey(MarkingTask, models.PROTECT, related_name="markers", verbose_name="评卷题")
    user = models.ForeignKey(User, models.PROTECT, related_name="marker_places", verbose_name="阅卷员")
    facts = models.JSONField("回避依据", default=dict)
    joined_at = models.DateTimeField("加入时间", auto_now_add=True)
    left_at = models.DateTimeField("退出时间", null=True)

    objects = MarkerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "阅卷员"
        ordering = ["task_id", "id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["task", "user"], condition=Q(left_at=None), name="marking_marker_once")
        ]

    def __str__(self):
        return f"{self.user}"
