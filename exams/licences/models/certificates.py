from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from courses.learning.models import CourseAssignment
from exams.licences.machine import ENDED, HELD, IN_FORCE
from exams.licences.querysets import CertificateQuerySet, OfCertificateQuerySet
from exams.sittings.models import Exam, Outcome
from lms.people.models import Officer


class EnforcementCertificate(models.Model):
    """行政执法证: one an officer at a time, from the day he may hold one to the day it ends. Changed by verbs only."""

    class State(models.TextChoices):
        NOT_HELD = "NOT_HELD", "未持证"
        ELIGIBLE = "ELIGIBLE", "符合申领条件"
        APPLIED = "APPLIED", "待单位审核"
        UNIT_REVIEWED = "UNIT_REVIEWED", "待市局审核"
        BUREAU_REVIEWED = "BUREAU_REVIEWED", "待报送"
        SUBMITTED = "SUBMITTED", "已报送"
        ISSUED = "ISSUED", "有效"
        RENEWAL_DUE = "RENEWAL_DUE", "待换证"
        SUSPENDED = "SUSPENDED", "暂扣"
        LOST = "LOST", "挂失"
        CANCELLED = "CANCELLED", "注销"
        REVOKED = "REVOKED", "吊销"

    class Kind(models.TextChoices):
        ENFORCEMENT = "ENFORCEMENT", "行政执法证"
        SUPERVISION = "SUPERVISION", "行政执法监督证"

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="licences", verbose_name="人员")
    number = models.CharField("证号", max_length=40, null=True, unique=True)
    kind = models.CharField("证件类别", max_length=12, choices=Kind, default=Kind.ENFORCEMENT)
    area = models.CharField("执法区域", max_length=60, blank=True)
    state = models.CharField("状态", max_length=16, choices=State, default=State.NOT_HELD)
    issued_on = models.DateField("发证日期", null=True)
    valid_from = models.DateField("有效期自", null=True)
    valid_until = models.DateField("有效期至", null=True)
    suspended_until = models.DateField("暂扣至", null=True)
    ended_on = models.DateField("失效日期", null=True)
    renewal_task = models.ForeignKey(
        CourseAssignment, models.PROTECT, null=True, related_name="+", verbose_name="换证课程"
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政执法证"
        ordering = ["officer__staff_no", "-id"]
        default_permissions = ["view"]
        permissions = [
            ("suspend_enforcementcertificate", "可暂扣和恢复执法证"),
            ("keep_enforcementcertificate", "可办理挂失"),
            ("cancel_enforcementcertificate", "可注销执法证"),
            ("revoke_enforcementcertificate", "可吊销执法证"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["officer"],
                condition=~Q(state__in=ENDED),
                name="licences_one_at_a_time",
                violation_error_message="该人员已有未终止的执法证。",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=HELD,
                    number__gt="",
                    issued_on__isnull=False,
                    valid_from__isnull=False,
                    valid_until__isnull=False,
                )
                | ~Q(state__in=HELD),
                name="licences_held_is_numbered",
                violation_error_message="已发的执法证须有证号、发证日期和有效期。",
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="licences_valid_dates",
                violation_error_message="有效期截止日期应晚于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_on__isnull=False) | (~Q(state__in=ENDED) & Q(ended_on=None)),
                name="licences_ended_on",
            ),
            models.CheckConstraint(
                condition=Q(suspended_until=None) | Q(state="SUSPENDED"), name="licences_suspended_until"
            ),
        ]
        indexes = [models.Index(fields=["state", "valid_until"], name="licences_state_until")]  # fmt: skip

    def __str__(self):
        return f"{self.officer} {self.number or self.get_state_display()}"

    @property
    def audit_unit(self):
        return self.officer.unit

    @property
    def is_held(self) -> bool:
        return self.state in HELD

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_expired(self) -> bool:
        return bool(self.is_held and self.valid_until and self.valid_until < timezone.localdate())

    def is_in_force_on(self, day: date) -> bool:
        begins, ends = self.valid_from, self.valid_until
        return bool(self.state in IN_FORCE and begins and ends and begins <= day <= ends)

    @property
    def days_left(self) -> int | None:
        return (self.valid_until - timezone.localdate()).days if self.is_held and self.valid_until else None

    @property
    def state_label(self) -> str:
        return "已过有效期" if self.state in IN_FORCE and self.is_expired else self.get_state_display()

    state_label.fget.short_description = "状态"  # type: ignore[attr-defined]


class ExamProof(models.Model):
    """The passed exam a certificate rests on: a result of this house, or a record older than it."""

    certificate = models.ForeignKey(
        EnforcementCertificate, models.PROTECT, related_name="proofs", verbose_name="执法证"
    )
    subject = models.CharField("科目", max_length=15, choices=Exam.Subject)
    outcome = models.ForeignKey(Outcome, models.PROTECT, null=True, related_name="+", verbose_name="考试结果")
    note = models.CharField("以往记录", max_length=200, blank=True)
    passed_on = models.DateField("合格日期")

    objects = OfCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考试凭据"
        ordering = ["certificate_id", "subject", "-passed_on"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__isnull=False, note="") | Q(outcome=None, note__gt=""),
                name="licences_proof_one_source",
            ),
            models.UniqueConstraint(
                fields=["certificate", "outcome"], condition=Q(outcome__isnull=False), name="licences_proof_once"
            ),
        ]

    def __str__(self):
        return f"{self.get_subject_display()} {self.passed_on}"


class Transition(models.Model):
    """One step of a certificate: by whom, why, on what evidence, from which day. Only added to."""

    certificate = models.ForeignKey(
        EnforcementCertificate, models.PROTECT, related_name="transitions", verbose_name="执法证"
    )
    verb = models.CharField("办理", max_length=16)
    from_state = models.CharField("原状态", max_length=16, choices=EnforcementCertificate.State)
    to_state = models.CharField("新状态", max_length=16, choices=EnforcementCertificate.State)
    actor = models.CharField("办理人", max_length=120)
    reason = models.CharField("理由", max_length=300, blank=True)
    evidence = models.JSONField("依据", default=dict)
    effective_on = models.DateField("生效日期")
    at = models.DateTimeField("办理时间", auto_now_add=True)

    objects = OfCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法证办理记录"
        ordering = ["-id"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.certificate} {self.get_from_state_display()} → {self.get_to_state_display()}"

    @property
    def audit_unit(self):
        return self.certificate.audit_unit
