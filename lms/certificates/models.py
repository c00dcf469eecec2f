from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from lms.certificates.glyphs import require_glyphs
from lms.certificates.querysets import CertificateQuerySet, DesignQuerySet, EventQuerySet
from lms.certificates.wording import require_known_fields
from lms.kit.models import TwoPersonModel
from lms.people.models import Officer, OrgUnit


class Kind(models.TextChoices):
    COMPLETION = "COMPLETION", "结业证书"
    CLASS = "CLASS", "培训班结业证书"
    PLAQUE = "PLAQUE", "实践教学基地牌匾"
    EXAM = "EXAM", "考试合格证书"


class CertificateDesign(TwoPersonModel):
    """One version of how a kind of certificate reads and looks. Approved ones are never changed."""

    TEXTS = ("title", "organisation", "body", "closing", "issuer", "seal_text", "prefix")

    kind = models.CharField("种类", max_length=20, choices=Kind)
    number = models.PositiveSmallIntegerField("版次", editable=False)
    title = models.CharField("证书名称", max_length=12)
    organisation = models.CharField("页眉", max_length=30, help_text="证书上方一行，一般是主办系统的名称。")
    body = models.TextField("正文", max_length=300)
    closing = models.CharField("结语", max_length=20, blank=True)
    issuer = models.CharField("落款单位", max_length=24)
    seal_text = models.CharField("印文", max_length=18, help_text="印章上环排的文字。")
    prefix = models.CharField("字号", max_length=12, help_text="编号开头的文字，编号形如“字号〔2026〕000001号”。")
    valid_months = models.PositiveSmallIntegerField("有效期（月）", null=True, blank=True, help_text="留空为长期有效。")
    note = models.CharField("修改说明", max_length=200)

    objects = DesignQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = "证书样式"
        verbose_name_plural = "证书样式"
        ordering = ["kind", "-number"]
        default_permissions = ["view", "add"]
        permissions = [("approve_certificatedesign", "可审批证书样式")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "number"], name="certificates_design_number"),
        ]

    def __str__(self):
        return f"{self.title} 第{self.number}版"

    def clean(self):
        require_known_fields(self.body)
        require_glyphs("".join(getattr(self, name) for name in self.TEXTS))


class CertificateCounter(models.Model):
    """The last number given; locked while the next one and its certificate are written together."""

    kind = models.CharField("种类", max_length=20, choices=Kind)
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "证书编号"
        verbose_name_plural = "证书编号"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="certificates_counter_once")]

    def __str__(self):
        return f"{self.get_kind_display()}{self.year}年第{self.last}号"


class Certificate(models.Model):
    """What was certified, frozen on the day of issue. Only its state ever changes."""

    class State(models.TextChoices):
        VALID = "VALID", "有效"
        SUSPENDED = "SUSPENDED", "暂停使用"
        REVOKED = "REVOKED", "已撤销"
        SUPERSEDED = "SUPERSEDED", "已换发"
        LAPSED = "LAPSED", "已过期"  # by the calendar, so shown and never stored

    officer = models.ForeignKey(Officer, models.PROTECT, null=True, related_name="certificates", verbose_name="持证人")
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="发证时单位")
    kind = models.CharField("种类", max_length=20, choices=Kind)
    entitlement = models.CharField("凭据", max_length=120)
    design = models.ForeignKey(CertificateDesign, models.PROTECT, related_name="certificates", verbose_name="样式")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    number = models.CharField("编号", max_length=40, unique=True)
    code = models.CharField("核验码", max_length=26, unique=True)
    snapshot = models.JSONField("证书内容")
    issued_on = models.DateField("发证日期")
    expires_on = models.DateField("有效期至", null=True)
    state = models.CharField("状态", max_length=20, choices=State, default=State.VALID)
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="successor", verbose_name="换发自"
    )
    issued_by = models.CharField("经办人", max_length=120)
    issued_at = models.DateTimeField("制发时间", auto_now_add=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        verbose_name = "证书"
        verbose_name_plural = "证书"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [
            ("issue_certificate", "可批量发证"),
            ("propose_change", "可提出证书变更"),
            ("check_change", "可复核证书变更"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "serial"], name="certificates_serial"),
            models.UniqueConstraint(
                fields=["entitlement"], condition=~Q(state="SUPERSEDED"), name="certificates_one_per_entitlement"
            ),
            models.CheckConstraint(condition=~Q(state="LAPSED"), name="certificates_lapse_is_computed"),
            models.CheckConstraint(
                condition=Q(kind="PLAQUE", officer__isnull=True) | (~Q(kind="PLAQUE") & Q(officer__isnull=False)),
                name="certificates_person_or_place",
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("certificates:certificate", args=[self.pk])

    @property
    def audit_unit(self):
        return self.unit

    @property
    def standing(self) -> "Certificate.State":
        """The state as of today."""
        has_lapsed = self.state == self.State.VALID and self.expires_on and self.expires_on < timezone.localdate()
        return self.State.LAPSED if has_lapsed else self.State(self.state)

    @property
    def title(self) -> str:
        return self.snapshot["title"]

    @property
    def holder(self) -> str:
        """An officer, or the place that was named."""
        return self.snapshot["name"]

    @property
    def is_of_a_place(self) -> bool:
        return self.officer_id is None

    def get_verify_url(self):
        return reverse("verify:code", args=[self.code])


class CertificateDocument(models.Model):
    """The signed bytes, served as they are and never made again."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="document", verbose_name="证书")
    content = models.BinaryField("文件")
    sha256 = models.CharField("校验值", max_length=64)
    made_at = models.DateTimeField("制作时间", auto_now_add=True)

    class Meta:
        verbose_name = "证书文件"
        verbose_name_plural = "证书文件"
        default_permissions = ()

    def __str__(self):
        return self.sha256


class Questioner(models.Model):
    """How often somebody has asked the public page in his present minute: an address, or everybody together."""

    key = models.CharField("来源", max_length=64, primary_key=True)
    asked = models.PositiveIntegerField("次数")
    until = models.DateTimeField("计至")

    class Meta:
        verbose_name = "核验来源"
        verbose_name_plural = "核验来源"
        default_permissions = ()

    def __str__(self):
        return self.key


class CertificateEvent(TwoPersonModel):
    """A change of state: proposed with a reason, in force once somebody else has checked it, then never changed."""

    class Change(models.TextChoices):
        SUSPEND = "SUSPEND", "暂停"
        RESUME = "RESUME", "恢复"
        REVOKE = "REVOKE", "撤销"
        SUPERSEDE = "SUPERSEDE", "换发"

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events", verbose_name="证书")
    change = models.CharField("变更", max_length=20, choices=Change)
    reason = models.CharField("原因", max_length=200)

    objects = EventQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = "证书变更"
        verbose_name_plural = "证书变更"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(checked_by=None),
                name="certificates_one_open_change",
                violation_error_message="该证书有一项变更正待复核。",
            ),
        ]

    def __str__(self):
        return f"{self.certificate} {self.get_change_display()}"

    @property
    def audit_unit(self):
        return self.certificate.unit

    def clean(self):
        if not self.reason.strip():
            raise ValidationError({"reason": "请写明原因。"})
