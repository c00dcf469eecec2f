from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from courses.catalogue.models import ItemCode, Topic
from courses.catalogue.models.references import Level
from exams.bank.models import EASIEST, HARDEST, Question, QuestionBank, QuestionVersion
from exams.bank.types import LABELS
from exams.bank.types.policy import Policy
from exams.papers.querysets import BlueprintQuerySet, PairQuerySet, PaperItemQuerySet, PaperQuerySet, SnapshotQuerySet
from lms.kit.models import TwoPersonModel
from lms.people.models import OrgUnit


class Blueprint(TwoPersonModel):
    """组卷方案: how many questions of what kind for how many marks. Drafted, approved by another, then never changed."""

    class Partial(models.TextChoices):
        STRICT = "strict", "全对得分"
        SHARE = "share", "漏选按个数得分，错选不得分"
        WEIGHTS = "weights", "按各选项权重得分"

    code = models.SlugField("代码", max_length=20)
    number = models.PositiveSmallIntegerField("版次", default=1, editable=False)
    name = models.CharField("名称", max_length=80)
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="单位")
    banks = models.ManyToManyField(QuestionBank, related_name="blueprints", verbose_name="题库")
    partial = models.CharField("部分得分", max_length=10, choices=Partial, default=Partial.STRICT)
    per_option = models.DecimalField("漏选每个得分", max_digits=4, decimal_places=2, default=0)
    is_shuffled = models.BooleanField("打乱题序", default=True)
    are_options_shuffled = models.BooleanField("打乱选项", default=True)

    objects = BlueprintQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "组卷方案"
        ordering = ["code", "-number"]
        default_permissions = ["add", "change", "view"]
        permissions = [("approve_blueprint", "可审批组卷方案")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(fields=["code", "number"], name="papers_blueprint_number"),
            models.CheckConstraint(
                condition=Q(per_option__gt=0, partial="share") | (Q(per_option=0) & ~Q(partial="share")),
                name="papers_blueprint_per_option",
                violation_error_message="漏选按个数得分时须填每个得分，其他方式不填。",
            ),
        ]

    def __str__(self):
        return f"{self.name} 第{self.number}版"

    @property
    def audit_unit(self):
        return self.unit

    @property
    def policy(self) -> Policy:
        return Policy(self.partial, self.per_option)


class BlueprintCell(models.Model):
    """So many questions of a type, with the topic, difficulty, item and level where these are said."""

    blueprint = models.ForeignKey(Blueprint, models.CASCADE, related_name="cells", verbose_name="方案")
    order = models.PositiveSmallIntegerField("次序")
    type = models.CharField("题型", max_length=15, choices=LABELS)
    level = models.CharField("等级", max_length=15, choices=Level, blank=True)
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="专题")
    difficulty = models.PositiveSmallIntegerField("难度", null=True, blank=True)
    item_code = models.ForeignKey(
        ItemCode, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="执法事项"
    )
    count = models.PositiveSmallIntegerField("题数", validators=[MinValueValidator(1)])
    marks = models.DecimalField(
        "每题分值", max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )

    class Meta:
        verbose_name = verbose_name_plural = "组卷要求"
        ordering = ["blueprint_id", "order"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["blueprint", "order"], name="papers_cell_order"),
            models.CheckConstraint(
                condition=Q(count__gt=0, marks__gt=0),
                name="papers_cell_positive",
                violation_error_message="题数和分值应大于0。",
            ),
            models.CheckConstraint(
                condition=Q(difficulty=None) | Q(difficulty__range=(EASIEST, HARDEST)),
                name="papers_cell_difficulty",
                violation_error_message="难度应为1至5。",
            ),
        ]

    def __str__(self):
        parts = [self.get_level_display(), self.topic and self.topic.name, self.item_code and self.item_code.code]
        parts.append(f"难度{self.difficulty}" if self.difficulty else "")
        return "·".join([self.get_type_display(), *filter(None, parts)])


class ForbiddenPair(models.Model):
    """Two questions of which one gives the other away: never in one paper."""

    first = models.ForeignKey(Question, models.CASCADE, related_name="+", verbose_name="试题")
    second = models.ForeignKey(Question, models.CASCADE, related_name="+", verbose_name="试题")
    reason = models.CharField("理由", max_length=100, blank=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "互斥试题"
        ordering = ["-id"]
        default_permissions = ["view", "add", "delete"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="papers_pair_once_each_way"),
            models.UniqueConstraint(fields=["first", "second"], name="papers_pair_once"),
        ]

    def __str__(self):
        return f"试题{self.first_id}与试题{self.second_id}"

    @cached_property
    def first_stem(self) -> str:
        """What its newest version asks; lists have both stems from their query."""
        return self.first.stem

    @cached_property
    def second_stem(self) -> str:
        return self.second.stem

    @property
    def audit_unit(self):
        return self.first.bank.unit


class BankSnapshot(models.Model):
    """Which versions each cell of a blueprint could take at a moment: with a seed, all that a paper follows from."""

    blueprint = models.ForeignKey(Blueprint, models.PROTECT, related_name="snapshots", verbose_name="方案")
    taken_at = models.DateTimeField("时间", auto_now_add=True)
    candidates = models.JSONField("候选")
    forbidden = models.JSONField("互斥", default=list)
    sha256 = models.CharField("摘要", max_length=64)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "题库快照"
        ordering = ["-id"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.blueprint} {self.sha256[:8]}"


class Paper(TwoPersonModel):
    """A drawn paper, its contents copied. Sealed by a second person; from then on read by nobody before its window."""

    snapshot = models.ForeignKey(BankSnapshot, models.PROTECT, related_name="papers", verbose_name="题库快照")
    seed = models.CharField("种子", max_length=40)
    form = models.CharField("卷别", max_length=4, blank=True)
    purpose = models.CharField("用途", max_length=100)
    opens_at = models.DateTimeField("开封时间", null=True, blank=True)
    sha256 = models.CharField("试卷摘要", max_length=64)

    objects = PaperQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "试卷"
        ordering = ["-id"]
        default_permissions = ["view"]
        permissions = [
            ("draw_paper", "可组卷"),
            ("seal_paper", "可封卷"),
            ("open_paper", "可查看试卷内容"),
        ]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(fields=["snapshot", "seed"], name="papers_paper_once"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | Q(opens_at__isnull=False),
                name="papers_paper_sealed_until",
                violation_error_message="封卷须填写开封时间。",
            ),
        ]

    def __str__(self):
        return f"{self.purpose} {self.form}卷" if self.form else self.purpose

    @property
    def audit_unit(self):
        return self.snapshot.blueprint.unit

    @property
    def state(self) -> str:
        if not self.is_checked:
            return "未封"
        return "已封存" if self.opens_at and timezone.now() < self.opens_at else "已开封"

    def siblings(self):
        """All that were drawn from the same snapshot for the same purpose, this one among them."""
        return Paper.objects.filter(snapshot=self.snapshot_id, purpose=self.purpose)


class PaperItem(models.Model):
    """One question of a paper as it stands there: copied, its parts shuffled, never pointed at."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="items", verbose_name="试卷")
    slot = models.PositiveSmallIntegerField("题号")
    cell = models.PositiveSmallIntegerField("组卷要求次序")
    version = models.ForeignKey(QuestionVersion, models.PROTECT, related_name="+", verbose_name="试题版本")
    content = models.JSONField("内容")
    marks = models.DecimalField("分值", max_digits=5, decimal_places=2)

    objects = PaperItemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "试卷试题"
        ordering = ["paper_id", "slot"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["paper", "slot"], name="papers_item_slot")]

    def __str__(self):
        return f"{self.paper} 第{self.slot}题"
