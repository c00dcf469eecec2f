from django.db import models
from django.db.models import Q

from lms.kit.models import TwoPersonModel
from lms.rules.querysets import RegisterQuerySet, RuleQuerySet, RuleVersionQuerySet
from lms.rules.shapes import validate_formula


class Layer(models.TextChoices):
    """Codes stay; what people read changes by year (`YearLabel`)."""

    ONLINE = "ONLINE", "在线网训"
    UNIT = "UNIT", "全员普训"
    TEAM = "TEAM", "科队训练"


class TrainingKind(models.TextChoices):
    NEW_ENTRANT = "NEW_ENTRANT", "凡进必训"
    PROMOTION = "PROMOTION", "凡晋必训"
    IN_SERVICE = "IN_SERVICE", "在职普训"


class Category(models.TextChoices):
    LAW = "LAW", "业务法律"
    POLITICS = "POLITICS", "政治理论"
    FITNESS = "FITNESS", "体能队列"
    SKILLS = "SKILLS", "综合能力"


class Regulation(models.Model):
    """The register of documents that rules rest on."""

    title = models.CharField("名称", max_length=200)
    number = models.CharField("文号", max_length=80, blank=True)
    issued_by = models.CharField("发文单位", max_length=100, blank=True)
    issued_on = models.DateField("发文日期", null=True, blank=True)
    note = models.TextField("说明", blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = "依据文件"
        verbose_name_plural = "依据文件"
        ordering = ["title"]

    def __str__(self):
        return f"《{self.title}》{self.number}"


class YearLabel(models.Model):
    """What a layer or kind is called from a year on."""

    class CodeList(models.TextChoices):
        LAYER = "LAYER", "训练层级"
        KIND = "KIND", "训练类型"

    code_list = models.CharField("代码表", max_length=10, choices=CodeList)
    code = models.CharField("代码", max_length=20)
    from_year = models.PositiveSmallIntegerField("起用年度")
    label = models.CharField("名称", max_length=40)
    source_note = models.CharField("出处", max_length=200, blank=True)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = "年度名称"
        verbose_name_plural = "年度名称"
        ordering = ["code_list", "code", "-from_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["code_list", "code", "from_year"],
                name="rules_yearlabel_once",
                violation_error_message="该代码在这一年度已有名称。",
            )
        ]

    def __str__(self):
        return f"{self.label}（{self.from_year}年起）"


class Rule(models.Model):
    """One question the regulations answer; the answers are its versions."""

    class Shape(models.TextChoices):
        LINEAR = "linear", "按学时折算学分"
        MINIMA = "minima", "总量与分层下限"
        POINTS = "points", "按项记学时学分"
        PARAMETERS = "parameters", "参数"

    code = models.CharField("编号", max_length=10, unique=True)
    name = models.CharField("名称", max_length=60)
    shape = models.CharField("公式类型", max_length=12, choices=Shape)
    subject = models.CharField("管什么", max_length=200, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = "规则"
        verbose_name_plural = "规则"
        ordering = ["code"]
        default_permissions = ["view"]

    def __str__(self):
        return f"{self.code} {self.name}"


class RuleVersion(TwoPersonModel):
    """An answer from a day on: drafted by one person, approved by another, then never changed."""

    class Source(models.TextChoices):
        SEED = "SEED", "文件载明"
        PUBLIC = "PUBLIC", "公开资料"
        ASSUMPTION = "ASSUMPTION", "假定"

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="versions", verbose_name="规则")
    number = models.PositiveSmallIntegerField("版次", editable=False)
    effective_from = models.DateField("施行日期")
    population = models.JSONField("适用人员", default=dict, blank=True)
    activities = models.JSONField("适用活动", default=dict, blank=True)
    formula = models.JSONField("公式")
    caps = models.JSONField("封顶", default=list, blank=True)
    counts_hours = models.BooleanField("计入学时任务", default=True)
    counts_credits = models.BooleanField("计入学分任务", default=True)
    source = models.CharField("来源", max_length=10, choices=Source, default=Source.ASSUMPTION)
    source_note = models.CharField("出处说明", max_length=300)
    is_confirmed = models.BooleanField("已经主管单位确认", default=False)
    regulation = models.ForeignKey(Regulation, models.PROTECT, null=True, blank=True, verbose_name="依据文件")

    objects = RuleVersionQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = "规则版本"
        verbose_name_plural = "规则版本"
        ordering = ["rule__code", "-number"]
        permissions = [("approve_ruleversion", "可审批规则版本")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(fields=["rule", "number"], name="rules_version_number"),
            models.UniqueConstraint(
                fields=["rule", "effective_from"],
                condition=Q(checked_by__isnull=False),
                name="rules_version_one_a_day",
                violation_error_message="该规则已有同一天施行的版本。",
            ),
        ]

    def __str__(self):
        return f"{self.rule.code} 第{self.number}版"

    def clean(self):
        validate_formula(self.rule.shape, self.formula, self.caps)
