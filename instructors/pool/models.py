from django.db import models
from django.db.models import F, Q

from instructors.pool.querysets import InstructorQuerySet, TeachingQuerySet
from lms.people.models import Officer, OrgUnit


class Instructor(models.Model):
    """Who may stand in front of a class: an officer of the service, or a named person from outside."""

    class Level(models.TextChoices):
        CITY = "CITY", "市级师资"
        DISTRICT = "DISTRICT", "区级师资"
        PRACTICE = "PRACTICE", "实践教员"
        TEAM = "TEAM", "小教员"
        LEGAL = "LEGAL", "法制员"
        EXTERNAL = "EXTERNAL", "外聘专家"

    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="instructorships", verbose_name="执法人员"
    )
    name = models.CharField("姓名", max_length=50)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="管理单位")
    level = models.CharField("级别", max_length=10, choices=Level)
    specialty = models.CharField("专长", max_length=120, blank=True)
    from_on = models.DateField("起聘日期")
    until_on = models.DateField("聘期至", null=True, blank=True)

    objects = InstructorQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "教员"
        ordering = ["unit__path", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")),
                name="pool_instructor_dates",
                violation_error_message="聘期截止日期不能早于起聘日期。",
            ),
            models.CheckConstraint(
                condition=Q(level="EXTERNAL", officer=None) | (~Q(level="EXTERNAL") & Q(officer__isnull=False)),
                name="pool_instructor_who",
                violation_error_message="外聘专家不选执法人员；其他级别须选执法人员。",
            ),
            models.UniqueConstraint(
                fields=["officer", "level"],
                condition=Q(until_on=None, officer__isnull=False),
                name="pool_instructor_once",
                violation_error_message="该人员已是这一级别的教员。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.get_level_display()}）"

    @property
    def audit_unit(self):
        return self.unit


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
