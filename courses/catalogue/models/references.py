"""What a course is about and what it rests on: kept by the office, cited by editors."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from courses.catalogue.querysets import ReferenceQuerySet

ONE_CURRENT = "同一依据只能有一个现行版本，请先填写旧版本的废止日期。"


class Level(models.TextChoices):
    BASIC = "BASIC", "基础"
    INTERMEDIATE = "INTERMEDIATE", "中级"
    ADVANCED = "ADVANCED", "高级"


class Topic(models.Model):
    code = models.SlugField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    order = models.PositiveSmallIntegerField("次序", default=0)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "专题"
        ordering = ["order", "code"]

    def __str__(self):
        return self.name


class LegalSource(models.Model):
    title = models.CharField("名称", max_length=120, unique=True)
    issuer = models.CharField("制定机关", max_length=80, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "法律依据"
        ordering = ["title"]

    def __str__(self):
        return f"《{self.title}》"


class LegalSourceVersion(models.Model):
    """A source as it read from one day to another; a course cites the version, not the source."""

    source = models.ForeignKey(LegalSource, models.PROTECT, related_name="versions", verbose_name="法律依据")
    number = models.CharField("文号", max_length=60, blank=True)
    edition = models.CharField("版本", max_length=40, help_text="例如“2021年修订”。")
    effective_on = models.DateField("施行日期")
    superseded_on = models.DateField("废止或被替代日期", null=True, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "法律依据版本"
        ordering = ["source__title", "-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "edition"],
                name="catalogue_source_edition",
                violation_error_message="该依据已有同名版本。",
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(superseded_on=None),
                name="catalogue_source_one_current",
                violation_error_message=ONE_CURRENT,
            ),
            models.CheckConstraint(
                condition=Q(superseded_on=None) | Q(superseded_on__gt=F("effective_on")),
                name="catalogue_source_dates",
                violation_error_message="废止日期应晚于施行日期。",
            ),
        ]

    def __str__(self):
        return f"{self.source}（{self.edition}）"

    @property
    def is_superseded(self) -> bool:
        return self.superseded_on is not None and self.superseded_on <= timezone.localdate()


class ItemCode(models.Model):
    """An enforcement item: the unit in which the service's powers are listed."""

    code = models.CharField("事项代码", max_length=30, unique=True)
    name = models.CharField("事项名称", max_length=200)
    domain = models.CharField("执法领域", max_length=60, blank=True)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "执法事项"
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"


class SyllabusNode(models.Model):
    """A line of a training syllabus; lines of one edition form a small tree."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    edition = models.CharField("大纲版本", max_length=40)
    level = models.CharField("等级", max_length=15, choices=Level)
    topic = models.ForeignKey(
        Topic, models.PROTECT, null=True, blank=True, related_name="syllabus_nodes", verbose_name="专题"
    )
    title = models.CharField("名称", max_length=120)
    hours = models.DecimalField(
        "学时", max_digits=6, decimal_places=2, default=Decimal(0), validators=[MinValueValidator(Decimal(0))]
    )
    is_compulsory = models.BooleanField("必修", default=False)
    order = models.PositiveSmallIntegerField("次序", default=0)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "大纲条目"
        ordering = ["edition", "level", "order", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="catalogue_syllabus_not_own_parent",
                violation_error_message="条目不能以自己为上级。",
            )
        ]

    def __str__(self):
        return f"{self.edition} {self.get_level_display()} {self.title}"

    def clean(self):
        above = self.parent
        while above:
            if above.pk == self.pk:
                raise ValidationError({"parent": ValidationError("上级不能是本条或其下级。", code="cycle")})
            above = above.parent
        if self.parent and self.parent.edition != self.edition:
            raise ValidationError({"parent": ValidationError("上级应属于同一版大纲。", code="other_edition")})
