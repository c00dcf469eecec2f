from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from courses.catalogue.models import ItemCode, LegalSourceVersion, Topic
from courses.catalogue.models.references import Level
from exams.bank.querysets import (
    BankQuerySet,
    ImportBatchQuerySet,
    PracticeAnswerQuerySet,
    PracticeRunQuerySet,
    QuestionQuerySet,
    QuestionVersionQuerySet,
)
from exams.bank.types import LABELS
from lms.kit.models import TwoPersonModel
from lms.people.models import Officer, OrgUnit, User

EASIEST, HARDEST, MEDIUM = 1, 5, 3


class QuestionBank(models.Model):
    """Questions kept by one unit. What is open for practice is seen by every officer, and never in an exam."""

    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    is_for_practice = models.BooleanField("练习用（不进考试）", default=False)

    objects = BankQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "题库"
        ordering = ["code"]
        default_permissions = ["add", "change", "view"]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit


class Question(models.Model):
    """One question through its life; what it says stands in its versions.

    DRAFT → REVIEWED (by another than its setter) → ACTIVE → STALE (what it rests on was superseded) → RETIRED.
    """

    class State(models.TextChoices):
        DRAFT = "DRAFT", "待审"
        REVIEWED = "REVIEWED", "已审"
        ACTIVE = "ACTIVE", "在用"
        STALE = "STALE", "依据已变"
        RETIRED = "RETIRED", "停用"

    bank = models.ForeignKey(QuestionBank, models.PROTECT, related_name="questions", verbose_name="题库")
    type = models.CharField("题型", max_length=15, choices=LABELS, editable=False)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="questions", verbose_name="专题"
    )
    item_codes = models.ManyToManyField(ItemCode, blank=True, related_name="questions", verbose_name="执法事项")
    level = models.CharField("等级", max_length=15, choices=Level, default=Level.BASIC)
    difficulty = models.PositiveSmallIntegerField(
        "难度", default=MEDIUM, validators=[MinValueValidator(EASIEST), MaxValueValidator(HARDEST)]
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT, editable=False)
    current = models.OneToOneField(
        "QuestionVersion", models.PROTECT, null=True, related_name="+", verbose_name="在用版本", editable=False
    )

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试题"
        ordering = ["-id"]
        default_permissions = ["add", "change", "view"]
        permissions = [
            ("review_question", "可审题"),
            ("activate_question", "可启用和停用试题"),
            ("import_question", "可导入试题"),
            ("export_question", "可导出试题"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(difficulty__range=(EASIEST, HARDEST)),
                name="bank_question_difficulty",
                violation_error_message="难度应为1至5。",
            ),
            models.CheckConstraint(
                condition=~Q(state="ACTIVE") | Q(current__isnull=False), name="bank_question_active_version"
            ),
        ]
        indexes = [models.Index(fields=["bank", "state", "type", "topic"], name="bank_question_cells")]

    def __str__(self):
        return f"{self.get_type_display()} {self.pk}"

    @cached_property
    def stem(self) -> str:
        """What its newest version asks, in plain text; lists have it from their query."""
        version = self.versions.order_by("-number").first()
        return version.stem_text if version else ""

    @property
    def audit_unit(self):
        return self.bank.unit


class ImportBatch(models.Model):
    """A file that questions came from."""

    bank = models.ForeignKey(QuestionBank, models.PROTECT, related_name="batches", verbose_name="题库")
    file_name = models.CharField("文件", max_length=120)
    sha256 = models.CharField("文件摘要", max_length=64)
    format = models.CharField("格式", max_length=10)
    counts = models.JSONField("结果", default=dict)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导入人")
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        ordering = ["-id"]
        default_permissions = ["view"]

    def __str__(self):
        return self.file_name

    @property
    def audit_unit(self):
        return self.bank.unit


class QuestionVersion(TwoPersonModel):
    """What a question says, as its setter wrote it and another person checked it. Never changed afterwards."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="versions", verbose_name="试题")
    number = models.PositiveSmallIntegerField("版次")
    content = models.JSONField("内容")
    stem_text = models.TextField("题干文字")
    digest = models.CharField("内容摘要", max_length=64, db_index=True)
    sources = models.ManyToManyField(
        LegalSourceVersion, blank=True, related_name="question_versions", verbose_name="法律依据"
    )
    article = models.CharField("条款", max_length=60, blank=True)
    batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, related_name="versions", verbose_name="导入批次")
    review_note = models.CharField("审题意见", max_length=300, blank=True)
    returned_at = models.DateTimeField("退回时间", null=True)

    objects = QuestionVersionQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "试题版本"
        ordering = ["question_id", "-number"]
        default_permissions = ["view"]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(fields=["question", "number"], name="bank_version_number"),
        ]

    def __str__(self):
        return f"{self.question} 第{self.number}版"

    @property
    def is_pending(self) -> bool:
        return not self.is_checked and self.returned_at is None

    @property
    def audit_unit(self):
        return self.question.bank.unit


class PracticeRun(models.Model):
    """One sitting down to practise: which versions, in which order, shuffled by which seed."""

    class Kind(models.TextChoices):
        DRILL = "DRILL", "练习"
        WRONG = "WRONG", "错题练习"
        MOCK = "MOCK", "模拟考试"

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="practice_runs", verbose_name="人员")
    kind = models.CharField("方式", max_length=5, choices=Kind)
    title = models.CharField("名称", max_length=120)
    versions = models.JSONField("试题版本")
    seed = models.BigIntegerField("种子")
    kept = models.JSONField(
        "已存作答", default=dict
    )  # of a mock exam under way: by place, what was typed and its answer
    started_at = models.DateTimeField("开始时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = PracticeRunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "练习"
        ordering = ["-id"]
        default_permissions = []
        indexes = [models.Index(fields=["officer", "finished_at"], name="bank_practice_open")]

    def __str__(self):
        return self.title

    @property
    def is_mock(self) -> bool:
        return self.kind == self.Kind.MOCK


class PracticeAnswer(models.Model):
    """An answer given in practice, as it was judged then. Only added to; `is_right` is empty where people would mark it."""

    run = models.ForeignKey(PracticeRun, models.PROTECT, related_name="answers", verbose_name="练习")
    place = models.PositiveSmallIntegerField("题号")
    officer = models.ForeignKey(Officer, models.PROTECT, related_name="practice_answers", verbose_name="人员")
    question = models.ForeignKey(Question, models.PROTECT, related_name="practice_answers", verbose_name="试题")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+", verbose_name="试题版本")
    answer = models.JSONField("作答", null=True)
    is_right = models.BooleanField("答对", null=True)
    share = models.DecimalField("得分比例", max_digits=3, decimal_places=2, null=True)
    answered_at = models.DateTimeField("作答时间", auto_now_add=True)

    objects = PracticeAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "练习作答"
        ordering = ["run", "place"]
        default_permissions = []
        constraints = [models.UniqueConstraint(fields=["run", "place"], name="bank_practice_once")]
        indexes = [models.Index(fields=["officer", "question", "id"], name="bank_practice_history")]

    def __str__(self):
        return f"{self.run} 第{self.place}题"
