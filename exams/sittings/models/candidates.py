from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from exams.sittings.models.exams import Exam, Hall, Sitting
from exams.sittings.querysets import CandidateQuerySet, CompensationQuerySet, GroupQuerySet, OverrideQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import Officer, OrgUnit


class Candidate(models.Model):
    """考生: one officer's place in one sitting. `facts` are what he was on that day, deposited."""

    class State(models.TextChoices):
        EXPECTED = "EXPECTED", "应考"
        DEFERRED = "DEFERRED", "缓考"
        ABSENT = "ABSENT", "缺考"

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="candidates", verbose_name="考试")
    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="candidates", verbose_name="场次")
    hall = models.ForeignKey(
        Hall, models.PROTECT, null=True, blank=True, related_name="candidates", verbose_name="考场"
    )
    seat = models.PositiveSmallIntegerField("座位", null=True, blank=True)
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="candidacies", verbose_name="人员")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="报考时单位")
    number = models.CharField("准考证号", max_length=30)
    turn = models.PositiveSmallIntegerField("第几次", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.EXPECTED, editable=False)
    reason = models.CharField("缓考或缺考说明", max_length=200, blank=True)
    facts = models.JSONField("报考时情况", default=dict, editable=False)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考生"
        ordering = ["exam_id", "number"]
        default_permissions = ["view"]
        permissions = [("nominate_candidate", "可在本单位名额内推荐考生")]
        constraints = [
            models.UniqueConstraint(fields=["exam", "officer", "turn"], name="sittings_candidate_once"),
            models.UniqueConstraint(fields=["exam", "number"], name="sittings_candidate_number"),
            models.UniqueConstraint(
                fields=["hall", "seat"], name="sittings_candidate_seat", violation_error_message="该座位已有考生。"
            ),
            models.CheckConstraint(
                condition=Q(hall=None, seat=None) | Q(hall__isnull=False, seat__gt=0), name="sittings_candidate_seated"
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.officer}"

    @property
    def audit_unit(self):
        return self.unit


class CandidateGroup(models.Model):
    """Candidates who share other times than the rest: a group of those with a disability, a remote station."""

    exam = models.ForeignKey(Exam, models.CASCADE, related_name="groups", verbose_name="考试")
    name = models.CharField("名称", max_length=40)
    members = models.ManyToManyField(Candidate, blank=True, related_name="groups", verbose_name="考生")

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考生组"
        ordering = ["exam_id", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "name"], name="sittings_group_name", violation_error_message="该考试已有同名考生组。"
            )
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.exam.unit


class TimeOverride(TwoPersonModel):
    """Other times for a candidate or a group. Empty inherits; `is_open_ended` and 0 minutes mean none at all."""

    exam = models.ForeignKey(Exam, models.PROTECT, related_name="overrides", verbose_name="考试")
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, null=True, blank=True, related_name="overrides", verbose_name="考生"
    )
    group = models.ForeignKey(
        CandidateGroup, models.PROTECT, null=True, blank=True, related_name="overrides", verbose_name="考生组"
    )
    closes_at = models.DateTimeField("结束时间", null=True, blank=True)
    is_open_ended = models.BooleanField("不设结束时间", default=False)
    limit_minutes = models.PositiveSmallIntegerField("时长（分钟，0为不限）", null=True, blank=True)
    reason = models.CharField("理由", max_length=200)

    objects = OverrideQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "个别时间安排"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(candidate=None, group__isnull=False) | Q(candidate__isnull=False, group=None),
                name="sittings_override_whose",
                violation_error_message="请选一名考生或一个考生组。",
            ),
            models.CheckConstraint(
                condition=Q(is_open_ended=False) | Q(closes_at=None),
                name="sittings_override_close",
                violation_error_message="不设结束时间的，不填结束时间。",
            ),
        ]

    def __str__(self):
        return f"{self.candidate or self.group}：{self.reason}"

    @property
    def audit_unit(self):
        return self.exam.unit


class Compensation(TwoPersonModel):
    """补时: minutes given back to a candidate, a hall or a whole sitting. Counts from the moment another approves it."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="compensations", verbose_name="场次")
    hall = models.ForeignKey(
        Hall, models.PROTECT, null=True, blank=True, related_name="compensations", verbose_name="考场"
    )
    candidate = models.ForeignKey(
        Candidate, models.PROTECT, null=True, blank=True, related_name="compensations", verbose_name="考生"
    )
    minutes = models.PositiveSmallIntegerField("补时（分钟）", validators=[MinValueValidator(1)])
    reason = models.CharField("理由", max_length=200)
    refused_at = models.DateTimeField("不予批准时间", null=True, editable=False)

    objects = CompensationQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "补时"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(hall=None) | Q(candidate=None),
                name="sittings_compensation_whose",
                violation_error_message="补时给一名考生、一个考场或整个场次，请只选一种。",
            ),
            models.CheckConstraint(
                condition=Q(minutes__gt=0),
                name="sittings_compensation_minutes",
                violation_error_message="补时应大于0分钟。",
            ),
        ]

    def __str__(self):
        return f"{self.candidate or self.hall or self.sitting} {self.minutes}分钟"

    @property
    def audit_unit(self):
        return self.sitting.exam.unit
