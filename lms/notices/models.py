from django.conf import settings
from django.db import models
from django.db.models import Q

from lms.notices.querysets import DeliveryQuerySet, NoticeQuerySet
from lms.people.models import OrgUnit


class Notice(models.Model):
    """A message as it was written; a draft can be edited, a sent one cannot."""

    class Kind(models.TextChoices):
        SYSTEM = "SYSTEM", "系统消息"
        REMINDER = "REMINDER", "提醒"
        ANNOUNCEMENT = "ANNOUNCEMENT", "通知"

    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.SYSTEM)
    title = models.CharField("标题", max_length=80)
    body = models.TextField("正文", max_length=2000, blank=True)
    link = models.CharField("链接", max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人", editable=False
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, null=True, related_name="+", verbose_name="范围")
    made_at = models.DateTimeField("拟稿时间", auto_now_add=True)
    sent_at = models.DateTimeField("发出时间", null=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        ordering = ["-id"]
        default_permissions = ["view", "add", "change"]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit


class Delivery(models.Model):
    """One message to one person by one way; e-mail waits here until the mail command takes it."""

    class Channel(models.TextChoices):
        IN_APP = "IN_APP", "站内"
        EMAIL = "EMAIL", "电子邮件"

    class State(models.TextChoices):
        WAITING = "WAITING", "待发"
        SENT = "SENT", "已发"
        FAILED = "FAILED", "未送达"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries", verbose_name="消息")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="deliveries", verbose_name="收件人")
    channel = models.CharField("方式", max_length=6, choices=Channel)
    state = models.CharField("状态", max_length=7, choices=State, default=State.WAITING)
    once_key = models.CharField("防重键", max_length=120, blank=True)
    attempts = models.PositiveSmallIntegerField("已试次数", default=0)
    failure = models.CharField("未送达原因", max_length=200, blank=True)
    made_at = models.DateTimeField("写入时间", auto_now_add=True)
    sent_at = models.DateTimeField("发出时间", null=True)
    read_at = models.DateTimeField("阅读时间", null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "发送记录"
        verbose_name_plural = "发送记录"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "user", "channel"], name="notices_delivery_once"),
            models.UniqueConstraint(
                fields=["user", "once_key", "channel"], condition=~Q(once_key=""), name="notices_delivery_once_key"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_delivery_of_user", condition=Q(channel="IN_APP")),
            models.Index(fields=["id"], name="notices_delivery_mail", condition=Q(channel="EMAIL", state="WAITING")),
        ]

    def __str__(self):
        return f"{self.notice} → {self.user}"
