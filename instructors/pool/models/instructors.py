import uuid

from django.db import models
from django.db.models import Q

from instructors.pool.querysets import InstructorQuerySet, RatingQuerySet, TeachingQuerySet
from lms.people.models import Officer, OrgUnit


class Level(models.TextChoices):
    CITY = "CITY", "市级师资"
    DISTRICT = "DISTRICT", "区级师资"
    PRACTICE = "PRACTICE", "实践教员"
    TEAM = "TEAM", "小教员"
    LEGAL = "LEGAL", "法制员"
    EXTERNAL = "EXTERNAL", "外聘专家"


class Instructor(models.Model):
    """A person of the pool, once: an officer of the service, or a named person from outside.

    What he may teach, and from when until when, say his appointments.
    """

    Level = Level

    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="instructorships", verbose_name="执法人员"
    )
    name = models.CharField("姓名", max_length=50)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="管理单位")

    objects = InstructorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教员"
        ordering = ["unit__path", "name"]
        permissions = [("suspend_instructor", "可停聘教员")]
        constraints = [
            models.UniqueConstraint(
                fields=["officer"],
                condition=Q(officer__isnull=False),
                name="pool_instructor_person",
                violation_error_message="该人员已在师资库中。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit

    def is_active_on(self, day) -> bool:
        return Instructor.objects.active_on(day).filter(pk=self.pk).exists()


class Teaching(models.Model):
    """A lesson somebody taught: deposited by the class it belonged to, never changed; void once the class is."""

    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="teachings", verbose_name="教员")
    evidence = models.CharField("凭据", max_length=120, unique=True)
    on = models.DateField("授课日期")
    title = models.CharField("课题", max_length=120)
    delivered_hours = models.DecimalField("授课学时", max_digits=5, decimal_places=2)
    is_repeat = models.BooleanField("同一内容重复讲授", default=False)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)

    objects = TeachingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授课记录"
        ordering = ["-on", "-id"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(condition=Q(delivered_hours__gt=0), name="pool_teaching_hours"),
        ]

    def __str__(self):
        return f"{self.on} {self.title}"


class LessonRating(models.Model):
    """What one learner thought of a lesson. Neither who nor when: the random key gives no order away."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instructor = models.ForeignKey(Instructor, models.PROTECT, related_name="ratings", verbose_name="教员")
    evidence = models.CharField("课次", max_length=120, db_index=True)
    on = models.DateField("授课日期")
    score = models.PositiveSmallIntegerField("评分")
    comment = models.CharField("意见", max_length=300, blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授课测评"
        default_permissions = ["view"]
        constraints = [models.CheckConstraint(condition=Q(score__lte=100), name="pool_rating_score")]

    def __str__(self):
        return f"{self.score}分"
