from django.db import models
from django.db.models import F, Q

from exams.licences.machine import UNDER_WAY
from exams.licences.models.certificates import EnforcementCertificate
from exams.licences.querysets import ApplicationQuerySet, BatchQuerySet, ProposalQuerySet
from lms.people.models import OrgUnit, User
from lms.rules.models import RuleVersion


class ApplicationBatch(models.Model):
    """批量申办: what an office applied for at one time, kept together on the boards."""

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    title = models.CharField("名称", max_length=80)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申办人")
    made_at = models.DateTimeField("申办时间", auto_now_add=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "批量申办"
        ordering = ["-id"]
        default_permissions = ["view"]

    def __str__(self):
        return self.title

    @property
    def audit_unit(self):
        return self.unit


class Application(models.Model):
    """申办: for a first certificate, a renewal or one in place of a lost one; looked at by two others in turn."""

    class Kind(models.TextChoices):
        FIRST = "FIRST", "首次申领"
        RENEWAL = "RENEWAL", "到期换证"
        REISSUE = "REISSUE", "遗失补证"

    class State(models.TextChoices):
        APPLIED = "APPLIED", "待单位审核"
        UNIT_REVIEWED = "UNIT_REVIEWED", "待市局审核"
        BUREAU_REVIEWED = "BUREAU_REVIEWED", "待报送"
        SUBMITTED = "SUBMITTED", "已报送"
        DONE = "DONE", "已办结"
        RETURNED = "RETURNED", "已退回"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    class Fault(models.TextChoices):
        """Why an application comes back."""

        CONDITIONS = "CONDITIONS", "不符合申领条件"
        DATA = "DATA", "个人信息有误或不全"
        POST = "POST", "不在执法岗位"
        AREA = "AREA", "执法区域有误"
        EXAM = "EXAM", "考试记录有误"
        DISCIPLINE = "DISCIPLINE", "处分或审查期间"
        OTHER = "OTHER", "其他"

    certificate = models.ForeignKey(
        EnforcementCertificate, models.PROTECT, related_name="applications", verbose_name="执法证"
    )
    kind = models.CharField("事项", max_length=8, choices=Kind)
    state = models.CharField("状态", max_length=16, choices=State, default=State.APPLIED)
    batch = models.ForeignKey(
        ApplicationBatch, models.PROTECT, null=True, related_name="applications", verbose_name="批次"
    )
    area = models.CharField("执法区域", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True)
    findings = models.JSONField("申领条件", default=list)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="适用规则")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="申请人")
    made_at = models.DateTimeField("申请时间", auto_now_add=True)
    unit_reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="单位审核人")
    unit_reviewed_at = models.DateTimeField("单位审核时间", null=True)
    bureau_reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="市局审核人")
    bureau_reviewed_at = models.DateTimeField("市局审核时间", null=True)
    returned_by = models.CharField("退回人", max_length=120, blank=True)
    returned_at = models.DateTimeField("退回时间", null=True)
    fault = models.CharField("退回原因", max_length=12, choices=Fault, blank=True)
    fault_note = models.CharField("退回说明", max_length=200, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法证申办"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("review_application", "可作单位审核"), ("approve_application", "可作市局审核")]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(state__in=UNDER_WAY),
                name="licences_one_application",
                violation_error_message="该人员已有在办的申请。",
            ),
            models.CheckConstraint(
                condition=Q(unit_reviewed_by=None) | ~Q(unit_reviewed_by=F("made_by")),
                name="licences_unit_reviewer",
                violation_error_message="申请人不能审核自己提交的申请，请由另一人审核。",
            ),
            models.CheckConstraint(
                condition=Q(bureau_reviewed_by=None)
                | (~Q(bureau_reviewed_by=F("made_by")) & ~Q(bureau_reviewed_by=F("unit_reviewed_by"))),
                name="licences_bureau_reviewer",
                violation_error_message="市局审核须由申请人、单位审核人以外的人办理。",
            ),
            models.CheckConstraint(
                condition=Q(state="RETURNED", fault__gt="", returned_at__isnull=False)
                | (~Q(state="RETURNED") & Q(fault="")),
                name="licences_returned_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.certificate.officer} {self.get_kind_display()}"

    @property
    def audit_unit(self):
        return self.certificate.audit_unit

    @property
    def officer(self):
        return self.certificate.officer

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def why_returned(self) -> str:
        return "：".join(filter(None, [self.get_fault_display(), self.fault_note]))


class CancellationProposal(models.Model):
    """注销建议: a fact that speaks against a certificate, waiting for a person to decide."""

    class Cause(models.TextChoices):
        MOVED = "MOVED", "调离执法岗位"
        RETIRED = "RETIRED", "退休"
        EXPIRED = "EXPIRED", "期满未换证"
        EXAM_VOID = "EXAM_VOID", "所依据的考试已作废"
        UNIT = "UNIT", "单位提出"

    class Decision(models.TextChoices):
        CANCELLED = "CANCELLED", "已注销"
        KEPT = "KEPT", "保留"

    certificate = models.ForeignKey(
        EnforcementCertificate, models.PROTECT, related_name="proposals", verbose_name="执法证"
    )
    cause = models.CharField("事由", max_length=12, choices=Cause)
    note = models.CharField("说明", max_length=200, blank=True)
    evidence = models.CharField("凭据", max_length=120, unique=True)
    made_by = models.CharField("提出", max_length=120)
    made_at = models.DateTimeField("提出时间", auto_now_add=True)
    decision = models.CharField("处理", max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="处理人")
    decided_at = models.DateTimeField("处理时间", null=True)
    decision_note = models.CharField("处理说明", max_length=200, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "注销建议"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("propose_cancellation", "可提出注销建议")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | Q(decision__gt="", decided_at__isnull=False),
                name="licences_proposal_decided",
            )
        ]

    def __str__(self):
        return f"{self.certificate} {self.get_cause_display()}"

    @property
    def audit_unit(self):
        return self.certificate.audit_unit

    @property
    def is_open(self) -> bool:
        return not self.decision
