from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from exams.licences.models.applications import Application
from exams.licences.models.certificates import EnforcementCertificate
from exams.licences.querysets import CardQuerySet, ResultFileQuerySet, ResultLineQuerySet, SubmissionQuerySet
from lms.people.models import OrgUnit, User


class Submission(models.Model):
    """报送: the applications that went to the issuing authority together, and the very bytes they went in."""

    number = models.CharField("报送批号", max_length=20, unique=True)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="报送单位")
    rows = models.PositiveIntegerField("申请份数")
    content = models.BinaryField("文件")
    sha256 = models.CharField("校验值", max_length=64)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("报送时间")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "报送"
        ordering = ["-id"]
        default_permissions = ["add", "view"]

    def __str__(self):
        return self.number

    @property
    def audit_unit(self):
        return self.unit

    @property
    def filename(self) -> str:
        return f"applications-{self.number}.zip"


class SubmissionLine(models.Model):
    """An application goes out once; what comes back is matched with it."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="lines", verbose_name="报送")
    application = models.OneToOneField(Application, models.PROTECT, related_name="sent_in", verbose_name="申请")

    class Meta:
        verbose_name = verbose_name_plural = "报送明细"
        ordering = ["id"]
        default_permissions = ()

    def __str__(self):
        return f"{self.submission} {self.application}"


class ResultFile(models.Model):
    """结果文件: taken in once, known again by its bytes."""

    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    filename = models.CharField("文件名", max_length=120)
    sha256 = models.CharField(
        "校验值", max_length=64, unique=True, validators=[RegexValidator("^[0-9a-f]{64}$")], editable=False
    )
    submission = models.ForeignKey(
        Submission, models.PROTECT, null=True, related_name="answers", verbose_name="回复的报送"
    )
    rows = models.PositiveIntegerField("行数")
    content = models.BinaryField("原件")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    objects = ResultFileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结果文件"
        ordering = ["-id"]
        default_permissions = ["add", "view"]

    def __str__(self):
        return self.filename

    @property
    def audit_unit(self):
        return self.unit


class ResultLine(models.Model):
    """对账: what became of a row, and which applications of the answered batch have no row."""

    class Finding(models.TextChoices):
        DONE = "DONE", "已办理"
        UNCHANGED = "UNCHANGED", "此前已办理"
        ORPHAN = "ORPHAN", "对不上"
        MISSING = "MISSING", "未回复"

    MATCHED = (Finding.DONE, Finding.UNCHANGED)

    file = models.ForeignKey(ResultFile, models.PROTECT, related_name="lines", verbose_name="结果文件")
    number = models.PositiveIntegerField("行", null=True)
    staff_no = models.CharField("人员编号", max_length=100)
    name = models.CharField("姓名", max_length=100)
    result = models.CharField("结果", max_length=10, blank=True)
    finding = models.CharField("对账", max_length=10, choices=Finding)
    certificate = models.ForeignKey(
        EnforcementCertificate, models.PROTECT, null=True, related_name="+", verbose_name="执法证"
    )
    note = models.CharField("说明", max_length=300, blank=True)
    key = models.CharField("行摘要", max_length=64, db_index=True, blank=True, editable=False)

    objects = ResultLineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "对账明细"
        ordering = ["file_id", "number", "staff_no"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="licences_line_once"),
            models.CheckConstraint(
                condition=Q(finding="ORPHAN", certificate=None) | (~Q(finding="ORPHAN") & Q(certificate__isnull=False)),
                name="licences_line_matched",
            ),
        ]

    def __str__(self):
        return f"{self.file} {self.staff_no}"

    @property
    def audit_unit(self):
        return self.file.unit


class Card(models.Model):
    """证卡: one edition of a certificate on paper. The bytes are kept; another edition makes an earlier one invalid."""

    certificate = models.ForeignKey(EnforcementCertificate, models.PROTECT, related_name="cards", verbose_name="执法证")
    edition = models.PositiveSmallIntegerField("第几次制证")
    code = models.CharField("核验码", max_length=26, unique=True)
    snapshot = models.JSONField("证面内容")
    content = models.BinaryField("文件")
    sha256 = models.CharField("校验值", max_length=64)
    made_by = models.CharField("制证人", max_length=120)
    made_at = models.DateTimeField("制证时间", auto_now_add=True)

    objects = CardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "证卡"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        constraints = [models.UniqueConstraint(fields=["certificate", "edition"], name="licences_card_edition")]

    def __str__(self):
        return f"{self.certificate} 第{self.edition}次制证"

    @property
    def audit_unit(self):
        return self.certificate.audit_unit
