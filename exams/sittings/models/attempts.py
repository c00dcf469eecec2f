from django.db import models
from django.db.models import Q

from exams.papers.models import Paper
from exams.sittings.models.candidates import Candidate
from exams.sittings.querysets import AcceptanceQuerySet, AttemptQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import User


class Attempt(models.Model):
    """答卷: prepared before the window, begun by its candidate, handed in once.

    `epoch` counts the devices: whoever takes over raises it, and what an earlier one sends is refused.
    """

    class State(models.TextChoices):
        READY = "READY", "未开始"
        OPEN = "OPEN", "答题中"
        SUBMITTED = "SUBMITTED", "已交卷"
        VOID = "VOID", "已作废"

    class How(models.TextChoices):
        SELF = "SELF", "本人交卷"
        TIME = "TIME", "到时交卷"
        INVIGILATOR = "INVIGILATOR", "监考收卷"

    candidate = models.OneToOneField(Candidate, models.PROTECT, related_name="attempt", verbose_name="考生")
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="attempts", verbose_name="试卷")
    state = models.CharField("状态", max_length=10, choices=State, default=State.READY)
    epoch = models.PositiveIntegerField("设备序次", default=0)
    started_at = models.DateTimeField("开始时间", null=True)
    deadline_at = models.DateTimeField("截止时间", null=True)
    grace_seconds = models.PositiveSmallIntegerField("到点后仍接收（秒）")
    finished_at = models.DateTimeField("答题结束时间", null=True)
    submitted_at = models.DateTimeField("收卷时间", null=True)
    how = models.CharField("交卷方式", max_length=12, choices=How, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "答卷"
        ordering = ["id"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="READY", started_at=None) | (~Q(state="READY") & Q(started_at__isnull=False)),
                name="sittings_attempt_started",
            ),
            models.CheckConstraint(
                condition=Q(state="OPEN", finished_at=None) | ~Q(state="OPEN"), name="sittings_attempt_finished"
            ),
        ]
        indexes = [models.Index(fields=["deadline_at"], condition=Q(state="OPEN"), name="sittings_attempt_due")]

    def __str__(self):
        return f"{self.candidate}"

    @property
    def audit_unit(self):
        return self.candidate.unit


class AnswerEvent(models.Model):
    """Everything a device ever sent for a question: the evidence. Only added to."""

    class Kind(models.IntegerChoices):
        STORED = 1, "已保存"
        LATE = 2, "过时"
        CLOSED = 3, "交卷后"
        IMPORTED = 4, "应急导入"

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="events", verbose_name="答卷")
    slot = models.PositiveSmallIntegerField("题号")
    epoch = models.PositiveIntegerField("设备序次")
    rev = models.PositiveIntegerField("次序")
    payload = models.JSONField("作答", null=True)
    received_at = models.DateTimeField("收到时间")
    kind = models.PositiveSmallIntegerField("去向", choices=Kind)

    class Meta:
        verbose_name = verbose_name_plural = "作答记录"
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["attempt", "slot", "epoch", "rev"], name="sittings_event_once")]

    def __str__(self):
        return f"{self.attempt} 第{self.slot}题 {self.rev}"


class Answer(models.Model):
    """What counts for a question: the highest revision of its events that came in time."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="answers", verbose_name="答卷")
    slot = models.PositiveSmallIntegerField("题号")
    rev = models.PositiveIntegerField("次序")
    payload = models.JSONField("作答", null=True)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "作答"
        ordering = ["attempt_id", "slot"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["attempt", "slot"], name="sittings_answer_once")]

    def __str__(self):
        return f"{self.attempt} 第{self.slot}题"


class Presence(models.Model):
    """When a device was last heard of. Apart from the attempt: writing it must never wait for a save."""

    attempt = models.OneToOneField(
        Attempt, models.PROTECT, primary_key=True, related_name="presence", verbose_name="答卷"
    )
    seen_at = models.DateTimeField("最近一次联系")

    class Meta:
        verbose_name = verbose_name_plural = "在线情况"
        default_permissions = ()

    def __str__(self):
        return f"{self.attempt} {self.seen_at}"


class Signal(models.Model):
    """Something an invigilator may want to look at. Never a verdict, never a mark."""

    class Kind(models.TextChoices):
        AWAY = "AWAY", "离开答题页"
        RESIZED = "RESIZED", "改变窗口"
        PASTED = "PASTED", "粘贴"
        TAKEN_OVER = "TAKEN_OVER", "换设备"

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="signals", verbose_name="答卷")
    kind = models.CharField("情况", max_length=10, choices=Kind)
    at = models.DateTimeField("时间")
    seconds = models.PositiveIntegerField("持续（秒）", default=0)
    slot = models.PositiveSmallIntegerField("题号", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "提示"
        ordering = ["id"]
        default_permissions = ()

    def __str__(self):
        return f"{self.get_kind_display()} {self.at}"


class Receipt(models.Model):
    """回执: what was handed in, as a hash anybody who holds it can look up. A late acceptance adds another."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="receipts", verbose_name="答卷")
    number = models.PositiveSmallIntegerField("次序", default=1)
    answered = models.PositiveSmallIntegerField("作答题数")
    sha256 = models.CharField("答卷摘要", max_length=64, unique=True)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "交卷回执"
        ordering = ["attempt_id", "number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["attempt", "number"], name="sittings_receipt_number")]

    def __str__(self):
        return self.sha256


class LateAcceptance(TwoPersonModel):
    """Answers that came too late, counted all the same by decision of two persons, for a reason."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="acceptances", verbose_name="答卷")
    events = models.JSONField("作答记录")
    reason = models.CharField("理由", max_length=200)
    refused_at = models.DateTimeField("不予采用时间", null=True, editable=False)

    objects = AcceptanceQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "过时作答的采用"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [*TwoPersonModel.Meta.constraints]

    def __str__(self):
        return f"{self.attempt} {self.reason}"

    @property
    def audit_unit(self):
        return self.attempt.candidate.unit


class EmergencyImport(models.Model):
    """A file of unsent answers that an invigilator brought in for a candidate whose device could not send them."""

    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="imports", verbose_name="答卷")
    sha256 = models.CharField("文件摘要", max_length=64)
    stored = models.PositiveSmallIntegerField("存入条数")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导入人")
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "应急导入"
        ordering = ["-id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["attempt", "sha256"], name="sittings_import_once")]

    def __str__(self):
        return f"{self.attempt} {self.made_at}"
