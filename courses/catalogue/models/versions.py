from django.db import models

from courses.catalogue.models.courses import Course
from courses.catalogue.models.references import Level
from courses.catalogue.querysets import CourseVersionQuerySet
from lms.rules.models import Category, Layer

RELATED = 4


class CourseVersion(models.Model):
    """A course as published: who began it stays on it, whatever is published later."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="versions", verbose_name="课程")
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("名称", max_length=255)
    summary = models.CharField("简介", max_length=200)
    minutes = models.PositiveSmallIntegerField("总时长（分钟）")
    level = models.CharField("等级", max_length=15, choices=Level)
    layer = models.CharField("层级", max_length=10, choices=Layer)
    category = models.CharField("类别", max_length=10, choices=Category)
    module = models.CharField("必修模块代码", max_length=40, blank=True)
    lessons = models.JSONField("课文")
    basis = models.JSONField("专题、依据、事项与课件", default=dict)
    digest = models.CharField("内容摘要", max_length=64)
    published_at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "课程版本"
        verbose_name_plural = "课程版本"
        ordering = ["course_id", "-number"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="catalogue_version_number")]

    def __str__(self):
        return f"{self.title} 第{self.number}版"

    @property
    def related(self):
        return CourseVersion.objects.related_to(self.course_id).defer("lessons", "basis")[:RELATED]
