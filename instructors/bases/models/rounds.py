from django.conf import settings
from django.db import models
from django.db.models import F, Q

from instructors.bases.querysets import ChecklistQuerySet, RoundQuerySet
from lms.kit.models import TwoPersonModel


class Part(models.TextChoices):
    """The six parts of the score; the values are the keys of rule R29."""

    THEME = "theme", "主题与精品课程"
    TEACHERS = "teachers", "师资"
    SITE = "site", "场地设施"
    MANAGEMENT = "management", "管理与安全"
    USE = "use", "使用"
    RESULTS = "results", "成效"


class BaseRound(models.Model):
    """A creation round: when districts may apply, and how many bases each is to have."""

    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=60)
    opens_on = models.DateField("开始申报")
    closes_on = models.DateField("截止申报")
    places = models.PositiveSmallIntegerField("每区目标（家）", help_text="留空按规则R29的数。", blank=True)
    note = models.TextField("申报要求", max_length=1000, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人", editable=False
    )

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "创建轮次"
        ordering = ["-opens_on"]
        default_permissions = ["view", "add", "change"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="bases_round_dates",
                violation_error_message="截止日期不能早于开始日期。",
            ),
            models.UniqueConstraint(
                fields=["year", "title"], name="bases_round_once", violation_error_message="这一年度已有同名轮次。"
            ),
        ]

    def __str__(self):
        return self.title

    def is_open_on(self, day) -> bool:
        return self.opens_on <= day <= self.closes_on


class BaseChecklist(TwoPersonModel):
    """A version of what is looked at on the spot. `items` are {"key", "part", "text", "points"}; approved ones stay."""

    number = models.PositiveSmallIntegerField("版次", editable=False, unique=True)
    items = models.JSONField("条目")
    source_note = models.CharField("出处说明", max_length=300)

    objects = ChecklistQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "评分细则"
        ordering = ["-number"]
        default_permissions = ["view", "add"]
        permissions = [("approve_basechecklist", "可批准评分细则")]

    def __str__(self):
        return f"评分细则第{self.number}版"

    def parts(self) -> list[tuple[Part, list[dict]]]:
        return [(part, [item for item in self.items if item["part"] == part]) for part in Part]

    @property
    def points(self) -> dict[str, int]:
        """The most that can be given, by item."""
        return {item["key"]: item["points"] for item in self.items}
