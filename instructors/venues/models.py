from django.db import models
from django.db.models import Q

from instructors.venues.querysets import VenueQuerySet
from lms.people.models import OrgUnit


class Venue(models.Model):
    """A place where people are taught. What a classroom or a practice base must have is kept elsewhere."""

    class Kind(models.TextChoices):
        CLASSROOM = "CLASSROOM", "教室"
        PRACTICE_BASE = "PRACTICE_BASE", "实践教学基地"
        GROUND = "GROUND", "训练场地"

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="管理单位")
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=20, choices=Kind, default=Kind.CLASSROOM)
    seats = models.PositiveSmallIntegerField("容纳人数")
    address = models.CharField("地址", max_length=120, blank=True)
    is_open = models.BooleanField("可预订", default=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训场所"
        ordering = ["unit__path", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"], name="venues_venue_name", violation_error_message="该单位已有同名场所。"
            ),
            models.CheckConstraint(
                condition=Q(seats__gt=0), name="venues_venue_seats", violation_error_message="容纳人数应大于0。"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit
