from uuid import uuid4

from django.db import models

from courses.training.querysets import OfficerRowQuerySet
from lms.people.models import Officer


class CalendarFeed(models.Model):
    """The key behind an officer's calendar address; a new key makes the old address void."""

    officer = models.OneToOneField(Officer, models.CASCADE, related_name="calendar_feed", verbose_name="人员")
    key = models.UUIDField("密钥", unique=True, default=uuid4, editable=False)
    made_at = models.DateTimeField("生成时间", auto_now=True)

    objects = OfficerRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日历订阅"
        default_permissions = ()

    def __str__(self):
        return f"{self.officer} 日历订阅"
