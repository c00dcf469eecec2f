from django.db import models
from django.db.models import Q

from exams.bank.models import QuestionVersion
from exams.marking.models.tasks import MarkingTask
from exams.marking.querysets import ScriptQuerySet
from exams.sittings.models import Attempt, Exam
from lms.people.models import User


class Script(models.Model):
    """匿名答卷: one answer that people mark, under a code that says nothing of whose it is.

    `facts` are what a marker may not share with its writer, as it was when the script was made.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", "待评"
        ROUND1 = "ROUND1", "第一轮"
        ROUND2 = "ROUND2", "第二轮"
        THIRD = "THIRD", "第三评"
        ARBITRATION = "ARBITRATION", "仲裁"
        FINAL = "FINAL", "已定分"

    class Cause(models.TextChoices):
        BLANK = "BLANK", "未作答"
        AGREED = "AGREED", "两评"
        THIRD = "THIRD", "三评"
        ARBITER = "ARBITER", "仲裁"

    class Trigger(models.TextChoices):
        DIFFERENCE = "DIFFERENCE", "两评相差过大"
        NEAR = "NEAR", "临近合格线"
        SAMPLE = "SAMPLE", "抽样"
        FLAGGED = "FLAGGED", "阅卷员存疑"

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="scripts", verbose_name="考试")
    task = models.ForeignKey(MarkingTask, models.PROTECT, related_name="scripts", verbose_name="评卷题")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="scripts", verbose_name="答卷")
    slot = models.PositiveSmallIntegerField("题号")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+", verbose_name="试题版本")
    code = models.CharField("匿名号", max_length=10)
    full = models.DecimalField("满分", max_digits=6, decimal_places=2)
    facts = models.JSONField("回避依据", default=dict)
    state = models.CharField("状态", max_length=12, choices=State, default=State.WAITING)
    trigger = models.CharField("加评缘由", max_length=10, choices=Trigger, blank=True)
    final = models.DecimalField("定分", max_digits=6, decimal_places=2, null=True)
    cause = models.CharField("定分方式", max_length=8, choices=Cause, blank=True)
    revision = models.PositiveIntegerField("改动次数", default=0)
    decided_at = models.DateTimeField("定分时间", null=True)

    objects = ScriptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "匿名答卷"
        ordering = ["exam_id", "task_id", "code"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["attempt", "slot"], name="marking_script_once"),
            models.UniqueConstraint(fields=["exam", "code"], name="marking_script_code"),
            models.CheckConstraint(
                condition=Q(state="FINAL", final__isnull=False, decided_at__isnull=False, cause__gt="")
                | (~Q(state="FINAL") & Q(final=None, decided_at=None, cause="")),
                name="marking_script_final",
            ),
            models.CheckConstraint(
                condition=Q(final=None) | Q(final__gte=0, final__lte=models.F("full")), name="marking_script_range"
            ),
        ]
        indexes = [models.Index(fields=["task", "state"], name="marking_script_state")]

    def __str__(self):
        return self.code

    @property
    def audit_unit(self):
        return self.exam.unit


class MarkerBar(models.Model):
    """Why somebody may not mark a script, beside what the facts say: deposited by whoever knows, once by its evidence."""

    script = models.ForeignKey(Script, models.PROTECT, related_name="bars", verbose_name="匿名答卷")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="回避人")
    reason = models.CharField("理由", max_length=100)
    evidence = models.CharField("凭据", max_length=120, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "评卷回避"
        default_permissions = ()

    def __str__(self):
        return f"{self.script} {self.reason}"
