from django.db import models
from django.db.models import F, Q

from lms.audit.canonical import chained_values
from lms.kit.models import TwoPersonModel
from lms.ledger.querysets import CorrectionQuerySet, EntryQuerySet, ImportedRecordQuerySet, ObligationQuerySet
from lms.people.models import Officer, OrgUnit
from lms.rules.models import Category, Layer, RuleVersion, TrainingKind


class Obligation(models.Model):
    """What an officer owes in a year. Its row is the lock under which the year's caps are counted."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="obligations", verbose_name="人员")
    year = models.PositiveSmallIntegerField("年度")
    hours = models.DecimalField("应得学时", max_digits=6, decimal_places=2)
    credits = models.DecimalField("应得学分", max_digits=5, decimal_places=1)
    layers = models.JSONField("分层应得", default=dict)
    months = models.DecimalField("在岗月数", max_digits=3, decimal_places=1, default=12)
    reason = models.CharField("减免事由", max_length=100, blank=True)
    rule_version = models.ForeignKey(RuleVersion, models.PROTECT, related_name="+", verbose_name="规则版本")

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = "年度任务"
        verbose_name_plural = "年度任务"
        ordering = ["-year", "officer__staff_no"]
        default_permissions = ["view"]
        constraints = [
            models.UniqueConstraint(fields=["officer", "year"], name="ledger_obligation_once"),
            models.CheckConstraint(
                condition=Q(hours__gte=0, credits__gte=0, months__gte=0, months__lte=12),
                name="ledger_obligation_not_negative",
            ),
        ]

    def __str__(self):
        return f"{self.officer} {self.year}年"


class Total(models.Model):
    """The view `ledger_total`: what a person-year's counted lines sum to, added up whenever it is read."""

    obligation = models.OneToOneField(Obligation, models.DO_NOTHING, primary_key=True, related_name="total")
    hours = models.DecimalField(max_digits=9, decimal_places=2)
    credits = models.DecimalField(max_digits=9, decimal_places=1)
    online_hours = models.DecimalField(max_digits=9, decimal_places=2)
    online_credits = models.DecimalField(max_digits=9, decimal_places=1)
    unit_hours = models.DecimalField(max_digits=9, decimal_places=2)
    unit_credits = models.DecimalField(max_digits=9, decimal_places=1)
    team_hours = models.DecimalField(max_digits=9, decimal_places=2)
    team_credits = models.DecimalField(max_digits=9, decimal_places=1)

    class Meta:
        managed = False
        default_permissions = ()

    def __str__(self):
        return f"{self.hours} {self.credits}"


class Entry(models.Model):
    """One line of the book: hours and credits, their evidence, and the rule version that counted them.

    Rows are only added; the database refuses anything else. A correction is another row that
    reverses this one.
    """

    CHAINED = (
        "stream", "seq", "obligation", "officer", "unit", "year", "occurred_on", "posted_at", "title", "hours", "credits",
        "capped_hours", "capped_credits", "layer", "kind", "category", "module", "counts_hours", "counts_credits",
        "reasons", "quantity", "evidence", "rule_version", "reverses", "posted_by", "note",
    )  # fmt: skip

    obligation = models.ForeignKey(
        Obligation, models.PROTECT, related_name="entries", verbose_name="年度任务", db_index=False
    )
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="entries", verbose_name="人员", db_index=False)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="当时单位", db_index=False)
    year = models.PositiveSmallIntegerField("年度")
    occurred_on = models.DateField("发生日期")
    posted_at = models.DateTimeField("入账时间")
    title = models.CharField("事项", max_length=120)
    hours = models.DecimalField("学时", max_digits=6, decimal_places=2)
    credits = models.DecimalField("学分", max_digits=5, decimal_places=1)
    capped_hours = models.DecimalField("未计学时", max_digits=6, decimal_places=2, default=0)
    capped_credits = models.DecimalField("未计学分", max_digits=5, decimal_places=1, default=0)
    layer = models.CharField("层级", max_length=10, choices=Layer)
    kind = models.CharField("类型", max_length=15, choices=TrainingKind, default=TrainingKind.IN_SERVICE)
    category = models.CharField("类别", max_length=10, choices=Category, default=Category.LAW)
    module = models.CharField("必修模块", max_length=40, blank=True)
    counts_hours = models.BooleanField("计入学时", default=True)
    counts_credits = models.BooleanField("计入学分", default=True)
    reasons = models.JSONField("说明代码", default=list)
    quantity = models.JSONField("计量", default=dict)
    evidence = models.CharField("凭据", max_length=120, unique=True)
    rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, related_name="+", verbose_name="规则版本", db_index=False
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name="冲正的条目"
    )
    posted_by = models.CharField("经办", max_length=120)
    note = models.CharField("事由", max_length=200, blank=True)
    stream = models.CharField("链", max_length=40)
    seq = models.BigIntegerField("序号")
    row_hash = models.CharField("校验值", max_length=64)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "台账条目"
        verbose_name_plural = "台账条目"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [("propose_entry", "可提出手工更正"), ("check_entry", "可复核手工更正")]
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="ledger_entry_seq"),
            models.CheckConstraint(
                condition=Q(reverses=None, hours__gte=0, credits__gte=0) | Q(reverses__isnull=False),
                name="ledger_entry_sign",
            ),
            models.CheckConstraint(condition=~Q(reverses=F("id")), name="ledger_entry_not_itself"),
        ]
        indexes = [
            # All that sums are made of, so that the lines themselves need not be read.
            models.Index(
                fields=["obligation", "layer", "counts_hours", "counts_credits"],
                include=["hours", "credits"],
                name="ledger_entry_sums",
            ),
            models.Index(
                fields=["obligation", "occurred_on"],
                include=["hours"],
                condition=Q(counts_hours=True),
                name="ledger_entry_months",
            ),
            models.Index(fields=["obligation", "module"], condition=~Q(module=""), name="ledger_entry_modules"),
        ]

    def __str__(self):
        return f"{self.occurred_on} {self.title} {self.hours}学时"

    def chained_values(self) -> list[str | None]:
        return chained_values(self)


class ImportedRecord(models.Model):
    """A line of the former 学籍 system, kept as it came; its entry in the book points here."""

    batch = models.CharField("批次", max_length=64, db_index=True)
    row_number = models.PositiveIntegerField("行号")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="imported_records", verbose_name="人员")
    source_key = models.CharField("原系统编号", max_length=60, unique=True)
    occurred_on = models.DateField("发生日期")
    title = models.CharField("事项", max_length=120)
    layer = models.CharField("层级", max_length=10, choices=Layer)
    hours = models.DecimalField("学时", max_digits=6, decimal_places=2)
    credits = models.DecimalField("学分", max_digits=5, decimal_places=1)

    objects = ImportedRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "导入学籍"
        verbose_name_plural = "导入学籍"
        ordering = ["-id"]
        default_permissions = ["view", "add"]
        constraints = [
            models.CheckConstraint(condition=Q(hours__gte=0, credits__gte=0), name="ledger_importedrecord_sign")
        ]

    def __str__(self):
        return f"{self.source_key} {self.title}"


class Correction(TwoPersonModel):
    """A reversal by hand: asked for by one person, carried out when another has checked it."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="corrections", verbose_name="要冲正的条目")
    reason = models.CharField("理由", max_length=200)
    evidence_note = models.CharField("依据材料", max_length=200)

    objects = CorrectionQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = "台账更正"
        verbose_name_plural = "台账更正"
        ordering = ["-id"]
        default_permissions = ["view"]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["entry"], name="ledger_correction_once", violation_error_message="该条目已有更正申请。"
            ),
        ]

    def __str__(self):
        return f"冲正 {self.entry}"
