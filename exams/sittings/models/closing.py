from django.db import models

from courses.catalogue.models import Course
from exams.sittings.models.exams import Exam
from exams.sittings.querysets import ClosingTestQuerySet


class ClosingTest(models.Model):
    """课程测验: the exam that ends a course. Passing it earns what the rule of online courses adds."""

    course = models.OneToOneField(Course, models.PROTECT, related_name="closing_test", verbose_name="课程")
    exam = models.OneToOneField(Exam, models.PROTECT, related_name="closes", verbose_name="考试")

    objects = ClosingTestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课程测验"
        ordering = ["course_id"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.course}"

    @property
    def audit_unit(self):
        return self.exam.unit
