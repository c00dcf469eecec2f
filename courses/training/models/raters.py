import uuid

from django.db import models

from courses.training.models.classes import ClassSession
from courses.training.models.enrollments import Enrollment
from courses.training.querysets import EnrollmentRowQuerySet


class SessionRater(models.Model):
    """That a learner has rated a lesson, once; what he said is kept apart, and the random key gives no order away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="raters", verbose_name="课次")
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="rated", verbose_name="学员")

    objects = EnrollmentRowQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "已测评"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["session", "enrollment"], name="training_rater_once")]

    def __str__(self):
        return str(self.session_id)
