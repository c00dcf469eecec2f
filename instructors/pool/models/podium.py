from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from instructors.pool.models.appointments import Term, as_range
from instructors.pool.querysets import PodiumQuerySet
from lms.people.models import Officer


class PodiumMember(Term):
    """A department head of the bureau, of whom a lecture a year is expected."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="podium_terms", verbose_name="负责人")
    department = models.CharField("处室", max_length=40)
    post = models.CharField("职务", max_length=40)
    during = DateRangeField("任职期间")

    objects = PodiumQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上讲台名册"
        ordering = ["department", "id"]
        default_permissions = ["add", "change", "view"]
        constraints = [
            models.CheckConstraint(
                condition=Q(during__isempty=False, during__startswith__isnull=False),
                name="pool_podium_during",
                violation_error_message="截止日期不能早于开始日期。",
            ),
            ExclusionConstraint(
                name="pool_podium_one_at_a_time",
                expressions=[(as_range(F("officer_id")), RangeOperators.OVERLAPS), ("during", RangeOperators.OVERLAPS)],
                violation_error_message="该负责人在这一期间已在名册中。",
            ),
        ]

    def __str__(self):
        return f"{self.department}{self.post} {self.officer}"

    @property
    def audit_unit(self):
        return self.officer.unit
