"""Classes as they are seen when they end: proxies of their own lists, and the pictures a team clerk hands in."""

from django.db import models

from courses.training.models.classes import ClassSession, TrainingClass
from courses.training.models.enrollments import Enrollment
from courses.training.querysets import PhotoQuerySet
from lms.people.models import User


class Completion(TrainingClass):
    """结业办理: a class whose list is fixed, from its check to its hours."""

    class Meta:
        proxy = True
        ordering = ["-ends_on", "-id"]
        verbose_name = verbose_name_plural = "结业办理"
        default_permissions = ["view"]


class TeamSession(TrainingClass):
    """科队训练: a class of one session that a team clerk held and handed in."""

    class Meta:
        proxy = True
        ordering = ["-ends_on", "-id"]
        verbose_name = verbose_name_plural = "科队训练"
        default_permissions = ["view"]


class SessionPhoto(models.Model):
    """A picture of a team session, or the screenshot of one who took part from elsewhere. Kept as it was made anew."""

    session = models.ForeignKey(ClassSession, models.PROTECT, related_name="photos", verbose_name="课次")
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name="学员"
    )
    content = models.BinaryField("图片")
    sha256 = models.CharField("校验值", max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="上传人")
    made_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = PhotoQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "训练照片"
        ordering = ["id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["session", "sha256"], name="training_photo_once")]

    def __str__(self):
        return f"{self.session} {self.pk}"
