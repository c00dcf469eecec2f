from django.db import models

from exams.sittings.models.candidates import Candidate
from exams.sittings.querysets import IncidentQuerySet, VoidingQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import User


class Incident(models.Model):
    """违纪或异常记录, by the kinds of 人社部令第31号 as the rule lists them: a record, never a verdict."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="incidents", verbose_name="考生")
    kind = models.CharField("情形", max_length=40)
    at = models.DateTimeField("发生时间")
    description = models.TextField("经过", max_length=1000)
    reported_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="记录人")
    made_at = models.DateTimeField("记录时间", auto_now_add=True)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考场记录"
        ordering = ["-at", "-id"]
        default_permissions = ["add", "view"]

    def __str__(self):
        return f"{self.candidate} {self.kind}"

    @property
    def audit_unit(self):
        return self.candidate.unit


class Voiding(TwoPersonModel):
    """作废: one candidate's attempt, by decision of two persons, for a reason told to him."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="voidings", verbose_name="考生")
    incident = models.ForeignKey(
        Incident, models.PROTECT, null=True, blank=True, related_name="voidings", verbose_name="所据记录"
    )
    reason = models.CharField("理由", max_length=300)
    refused_at = models.DateTimeField("不予作废时间", null=True, editable=False)

    objects = VoidingQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "作废决定"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["candidate"],
                condition=models.Q(refused_at=None),
                name="sittings_voiding_once",
                violation_error_message="该考生的作废已在办理或已决定。",
            ),
        ]

    def __str__(self):
        return f"{self.candidate} {self.reason}"

    @property
    def audit_unit(self):
        return self.candidate.unit
