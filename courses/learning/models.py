from django.db import models
from django.db.models import Q

from courses.catalogue.models import CourseVersion
from courses.learning.querysets import CourseProgressQuerySet
from lms.ledger.models import Entry
from lms.people.models import Officer


class CourseProgress(models.Model):
    """One officer's way through one course version in one year."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="course_progress", verbose_name="人员")
    version = models.ForeignKey(CourseVersion, models.PROTECT, related_name="progress", verbose_name="课程版本")
    year = models.PositiveSmallIntegerField("年度")
    started_at = models.DateTimeField("开始时间")
    completed_at = models.DateTimeField("学完时间", null=True)
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, related_name="+", verbose_name="台账条目")

    objects = CourseProgressQuerySet.as_manager()

    class Meta:
        verbose_name = "学习进度"
        verbose_name_plural = "学习进度"
        ordering = ["-started_at"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["officer", "version", "year"], name="learning_progress_once"),
            models.CheckConstraint(
                condition=Q(entry=None) | Q(completed_at__isnull=False), name="learning_progress_entry_when_complete"
            ),
        ]

    def __str__(self):
        return f"{self.officer} {self.version}"

    @property
    def evidence_key(self) -> str:
        return f"{self._meta.label_lower}:{self.pk}"


class LessonReading(models.Model):
    """Time spent on one lesson, by the server's clock; at most one is open per officer."""

    progress = models.ForeignKey(CourseProgress, models.PROTECT, related_name="readings", verbose_name="学习进度")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="+", verbose_name="人员")
    position = models.PositiveSmallIntegerField("课文序号")
    seconds = models.PositiveIntegerField("已计秒数", default=0)
    opened_at = models.DateTimeField("正在阅读，自", null=True)
    finished_at = models.DateTimeField("读完时间", null=True)

    class Meta:
        verbose_name = "课文阅读"
        verbose_name_plural = "课文阅读"
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["progress", "position"], name="learning_reading_once"),
            models.UniqueConstraint(
                fields=["officer"], condition=Q(opened_at__isnull=False), name="learning_one_open_reading"
            ),
        ]

    def __str__(self):
        return f"{self.progress} 第{self.position}节"
