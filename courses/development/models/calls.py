from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from courses.development.models.outputs import Output
from courses.development.querysets import CallQuerySet, ClaimQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import OrgUnit


class CrowdCall(TwoPersonModel):
    """众筹: so many pieces of courseware that units may each take on one of."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "待发布"
        OPEN = "OPEN", "征集中"
        CLOSED = "CLOSED", "已结束"

    title = models.CharField("名称", max_length=60)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="crowd_calls", verbose_name="征集单位")
    brief = models.TextField("要求", max_length=1000)
    target = models.PositiveSmallIntegerField("征集数量", validators=[MinValueValidator(1)])
    per_unit = models.PositiveSmallIntegerField("每单位最多认领", default=1, validators=[MinValueValidator(1)])
    due_on = models.DateField("征集截止日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT, editable=False)
    closed_on = models.DateField("结束日期", null=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "众筹征集"
        ordering = ["-id"]
        default_permissions = ["view", "add", "change"]
        permissions = [("open_crowdcall", "可发布和结束众筹"), ("claim_crowdcall", "可代表单位认领众筹")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(condition=Q(target__gt=0, per_unit__gt=0), name="development_call_target"),
            models.CheckConstraint(
                condition=Q(state="DRAFT", checked_by=None) | (~Q(state="DRAFT") & Q(checked_by__isnull=False)),
                name="development_call_checked",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit


class Claim(Output):
    """One piece of a call that a unit has taken on, made by whoever claimed it. What lapsed, was given back or rejected frees its place."""

    class State(models.TextChoices):
        CLAIMED = "CLAIMED", "制作中"
        SUBMITTED = "SUBMITTED", "评审中"
        RETURNED = "RETURNED", "退回修改"
        ACCEPTED = "ACCEPTED", "已采用"
        REJECTED = "REJECTED", "不采用"
        LAPSED = "LAPSED", "逾期失效"
        GIVEN_UP = "GIVEN_UP", "已放弃"

    HOLDING = (State.CLAIMED, State.SUBMITTED, State.RETURNED, State.ACCEPTED)
    IN_HAND = (State.CLAIMED, State.RETURNED)

    call = models.ForeignKey(CrowdCall, models.PROTECT, related_name="claims", verbose_name="众筹")
    due_on = models.DateField("交稿期限", editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.CLAIMED, editable=False)
    ended_at = models.DateTimeField("结束时间", null=True, editable=False)

    objects = ClaimQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "众筹认领"
        ordering = ["-output_ptr"]
        default_permissions = ["view"]
        indexes = [models.Index(fields=["call", "state"], name="development_claim_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["CLAIMED", "SUBMITTED", "RETURNED"], ended_at=None)
                | (~Q(state__in=["CLAIMED", "SUBMITTED", "RETURNED"]) & Q(ended_at__isnull=False)),
                name="development_claim_ended",
            ),
        ]
