from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from instructors.mentorship.querysets import MentorshipQuerySet, OfMentorshipQuerySet, PhaseQuerySet
from instructors.pool.models import Instructor
from lms.people.models import Officer, OrgUnit
from lms.rules.models import RuleVersion


class Side(models.TextChoices):
    MENTOR = "MENTOR", "师傅"
    APPRENTICE = "APPRENTICE", "徒弟"
    OFFICE = "OFFICE", "教育培训部门"


class Mentorship(models.Model):
    """One officer teaches another on the job: agreed by three, in phases, assessed by one person, closed by a second."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待签署"
        SIGNED = "SIGNED", "已签订"
        ACTIVE = "ACTIVE", "带教中"
        ASSESSED = "ASSESSED", "已考核"
        COMPLETED = "COMPLETED", "已出徒"
        TERMINATED = "TERMINATED", "已终止"

    class Result(models.TextChoices):
        PASSED = "PASSED", "合格"
        FAILED = "FAILED", "不合格"

    LIVE = (State.PROPOSED, State.SIGNED, State.ACTIVE, State.ASSESSED)

    mentor = models.ForeignKey(Officer, models.PROTECT, related_name="mentorships", verbose_name="师傅")
    apprentice = models.ForeignKey(Officer, models.PROTECT, related_name="apprenticeships", verbose_name="徒弟")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="徒弟单位", editable=False)
    instructor = models.ForeignKey(
        Instructor, models.PROTECT, null=True, related_name="+", verbose_name="师资聘任", editable=False
    )
    goals = models.TextField("带教目标", max_length=1000)
    agreement = models.TextField("协议内容", max_length=4000)
    from_on = models.DateField("开始日期")
    until_on = models.DateField("结束日期")
    state = models.CharField("状态", max_length=12, choices=State, default=State.PROPOSED, editable=False)
    rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, related_name="+", verbose_name="适用规则", editable=False
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟定人", editable=False
    )
    made_at = models.DateTimeField("拟定时间", auto_now_add=True)
    result = models.CharField("考核结果", max_length=10, choices=Result, blank=True, editable=False)
    assessment = models.TextField("考核意见", max_length=1000, blank=True, editable=False)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="考核人", editable=False
    )
    assessed_at = models.DateTimeField("考核时间", null=True, editable=False)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审定人", editable=False
    )
    completed_at = models.DateTimeField("审定时间", null=True, editable=False)
    ended_on = models.DateField("终止日期", null=True, editable=False)
    end_reason = models.CharField("终止原因", max_length=200, blank=True, editable=False)

    objects = MentorshipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "师带徒"
        ordering = ["-from_on", "-id"]
        default_permissions = ["add", "change", "view"]
        permissions = [("sign_mentorship", "可代表部门签署"), ("complete_mentorship", "可考核、审定和终止")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(mentor=F("apprentice")),
                name="mentorship_two_people",
                violation_error_message="师傅和徒弟不能是同一人。",
            ),
            models.CheckConstraint(
                condition=Q(until_on__gt=F("from_on")),
                name="mentorship_dates",
                violation_error_message="结束日期应晚于开始日期。",
            ),
            models.UniqueConstraint(
                fields=["apprentice"],
                condition=Q(state__in=["PROPOSED", "SIGNED", "ACTIVE", "ASSESSED"]),
                name="mentorship_one_at_a_time",
                violation_error_message="该徒弟已有在办的师带徒，出徒或终止后才能另签。",
            ),
            models.CheckConstraint(
                condition=Q(completed_by=None) | ~Q(completed_by=F("assessed_by")),
                name="mentorship_two_deciders",
                violation_error_message="考核人不能审定自己考核的师带徒，请由另一人审定。",
            ),
            models.CheckConstraint(
                condition=~Q(state="TERMINATED") | (Q(ended_on__isnull=False) & ~Q(end_reason="")),
                name="mentorship_ended_with_reason",
                violation_error_message="终止须有日期和原因。",
            ),
        ]

    def __str__(self):
        return f"{self.mentor.name}带{self.apprentice.name}"

    @property
    def audit_unit(self):
        return self.unit

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    def is_active_on(self, day: date) -> bool:
        return type(self).objects.active_on(day).filter(pk=self.pk).exists()

    @property
    def evidence_key(self) -> str:
        return f"mentorship.mentorship:{self.pk}"


class MentorshipPhase(models.Model):
    """A stage of a mentorship: closed when mentor, apprentice and office have all signed it."""

    mentorship = models.ForeignKey(Mentorship, models.CASCADE, related_name="phases", verbose_name="师带徒")
    number = models.PositiveSmallIntegerField("序号")
    title = models.CharField("阶段", max_length=40)
    goal = models.CharField("阶段目标", max_length=300, blank=True)
    from_on = models.DateField("开始日期")
    until_on = models.DateField("结束日期")
    closed_at = models.DateTimeField("三方签署时间", null=True, editable=False)

    objects = PhaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "带教阶段"
        ordering = ["mentorship_id", "number"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["mentorship", "number"], name="mentorship_phase_number")]

    def __str__(self):
        return f"第{self.number}阶段 {self.title}"

    @property
    def audit_unit(self):
        return self.mentorship.unit


class Signature(models.Model):
    """Who signed the agreement (no phase) or the end of a phase, for which side. Never changed."""

    mentorship = models.ForeignKey(Mentorship, models.CASCADE, related_name="signatures", verbose_name="师带徒")
    phase = models.ForeignKey(
        MentorshipPhase, models.CASCADE, null=True, related_name="signatures", verbose_name="阶段"
    )
    side = models.CharField("签署方", max_length=10, choices=Side)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="签署人")
    at = models.DateTimeField("签署时间", auto_now_add=True)
    note = models.CharField("意见", max_length=300, blank=True)

    objects = OfMentorshipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "签署"
        ordering = ["at", "id"]
        default_permissions = []
        constraints = [
            models.UniqueConstraint(
                fields=["mentorship", "side"], condition=Q(phase=None), name="mentorship_agreement_signed_once"
            ),
            models.UniqueConstraint(
                fields=["phase", "side"], condition=Q(phase__isnull=False), name="mentorship_phase_signed_once"
            ),
        ]

    def __str__(self):
        return f"{self.get_side_display()} {self.user.get_full_name()}"
