from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from lms.jobs.querysets import OPEN, JobQuerySet
from lms.people.models import OrgUnit


class Job(models.Model):
    """Long work that somebody asked for. A killed worker leaves it RUNNING; whoever takes it next starts over."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", "排队"
        RUNNING = "RUNNING", "进行中"
        PAUSED = "PAUSED", "已暂停"
        DONE = "DONE", "已完成"
        FAILED = "FAILED", "未完成"
        CANCELLED = "CANCELLED", "已取消"
        NEEDS_HUMAN = "NEEDS_HUMAN", "需人工处理"

    class Wish(models.TextChoices):
        NONE = "", "—"
        PAUSE = "PAUSE", "暂停"
        CANCEL = "CANCEL", "取消"

    kind = models.CharField("类别", max_length=60)
    key = models.CharField("唯一键", max_length=120, blank=True)
    title = models.CharField("任务", max_length=120)
    params = models.JSONField("参数", default=dict)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name="经办人")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    state = models.CharField("状态", max_length=12, choices=State, default=State.QUEUED)
    wish = models.CharField("待执行", max_length=6, choices=Wish, blank=True, default=Wish.NONE)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    lease = models.UUIDField("本次运行", null=True, editable=False)
    total = models.PositiveIntegerField("总数", null=True)
    done = models.PositiveIntegerField("已处理", default=0)
    held = models.PositiveIntegerField("未办", default=0)
    result = models.JSONField("结果", default=dict)
    result_link = models.CharField("结果地址", max_length=300, blank=True)
    result_file = models.FileField("结果文件", upload_to="jobs/%Y/%m/", blank=True)
    failure = models.CharField("未完成原因", max_length=300, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    heartbeat_at = models.DateTimeField("最近进展", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "后台任务"
        verbose_name_plural = "后台任务"
        ordering = ["-id"]
        default_permissions = ["view", "change"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=~Q(key="") & Q(state__in=OPEN),
                name="jobs_job_one_open",
                violation_error_message="同一任务正在进行。",
            )
        ]
        indexes = [
            models.Index(fields=["state"], name="jobs_job_open", condition=Q(state__in=["QUEUED", "RUNNING"])),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit

    @property
    def page(self) -> str:
        return reverse("job:inspect", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def progress(self) -> str:
        return f"{self.done:,}/{self.total:,}" if self.total else f"{self.done:,}"

    @property
    def share(self) -> int | None:
        """Hundredths done, for the bar; None while nobody knows how much there is."""
        return min(100, 100 * self.done // self.total) if self.total else None


class JobLine(models.Model):
    """What a run wrote down: a log line, or something it held back and why."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="lines", verbose_name="任务")
    at = models.DateTimeField("时间", auto_now_add=True)
    what = models.CharField("对象", max_length=120, blank=True)
    text = models.CharField("内容", max_length=500)

    class Meta:
        verbose_name = "任务记录"
        verbose_name_plural = "任务记录"
        ordering = ["id"]
        default_permissions = []
        indexes = [models.Index(fields=["job", "id"], name="jobs_line_held", condition=~Q(what=""))]

    def __str__(self):
        return f"{self.what} {self.text}".strip()


class Outbox(models.Model):
    """A message owed to the broker, written in the transaction that made the job."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="outbox", verbose_name="任务")
    created_at = models.DateTimeField("写入时间", auto_now_add=True)
    sent_at = models.DateTimeField("发出时间", null=True)

    class Meta:
        verbose_name = "待发消息"
        verbose_name_plural = "待发消息"
        ordering = ["id"]
        default_permissions = []
        indexes = [models.Index(fields=["id"], name="jobs_outbox_unsent", condition=Q(sent_at=None))]

    def __str__(self):
        return f"{self.job_id}"
