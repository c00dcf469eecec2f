from django.conf import settings
from django.db import models
from django.db.models import Q

from courses.catalogue.models import Course
from instructors.bases.models.rounds import BaseChecklist, BaseRound, Part
from instructors.bases.querysets import MaterialQuerySet, ReviewQuerySet
from instructors.pool.models import Instructor
from lms.people.models import OrgUnit
from lms.rules.models import RuleVersion


class BaseReview(models.Model):
    """An application to become a practice base, or the re-review of one: the same way through the same hands."""

    class State(models.TextChoices):
        DRAFT = "DRAFT", "填报中"
        RETURNED = "RETURNED", "退回修改"
        DISTRICT = "DISTRICT", "待区审"
        CITY = "CITY", "待市审"
        SCORING = "SCORING", "现场评分"
        SCORED = "SCORED", "待决定"
        RECTIFYING = "RECTIFYING", "整改中"
        NAMED = "NAMED", "已命名"
        RETAINED = "RETAINED", "复审合格"
        REFUSED = "REFUSED", "不予命名"
        REMOVED = "REMOVED", "撤销命名"

    EDITABLE = (State.DRAFT, State.RETURNED)
    ENDED = (State.NAMED, State.RETAINED, State.REFUSED, State.REMOVED)

    round = models.ForeignKey(
        BaseRound, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="创建轮次"
    )
    base = models.ForeignKey(
        "PracticeBase", models.PROTECT, null=True, related_name="reviews", verbose_name="复审的基地", editable=False
    )
    unit = models.ForeignKey(OrgUnit, models.PROTECT, related_name="+", verbose_name="申报单位")
    name = models.CharField("基地名称", max_length=60)
    theme = models.CharField("主题", max_length=60)
    address = models.CharField("地址", max_length=120)
    seats = models.PositiveSmallIntegerField("容纳人数")
    introduction = models.TextField("基本情况", max_length=1000, blank=True)
    safety = models.TextField("管理与安全", max_length=1000, blank=True)
    use_note = models.TextField("使用情况", max_length=1000, blank=True)
    results_note = models.TextField("成效", max_length=1000, blank=True)
    trainers = models.ManyToManyField(Instructor, blank=True, related_name="+", verbose_name="带教教员")
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="精品实践课程"
    )
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT, editable=False)
    turn = models.PositiveSmallIntegerField("第几次评分", default=1, editable=False)
    checklist = models.ForeignKey(
        BaseChecklist, models.PROTECT, null=True, related_name="+", verbose_name="评分细则", editable=False
    )
    rule_version = models.ForeignKey(
        RuleVersion, models.PROTECT, null=True, related_name="+", verbose_name="评分规则", editable=False
    )
    due_on = models.DateField("期限", null=True, editable=False)
    return_reason = models.CharField("退回理由", max_length=300, blank=True, editable=False)
    rectified_note = models.TextField("整改情况", max_length=1000, blank=True, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="填报人", editable=False
    )
    made_at = models.DateTimeField("填报时间", auto_now_add=True)
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="区审人", editable=False
    )
    passed_at = models.DateTimeField("区审时间", null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="市审人", editable=False
    )
    accepted_at = models.DateTimeField("市审时间", null=True, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报与复审"
        ordering = ["-id"]
        default_permissions = ["view", "add", "change"]
        permissions = [
            ("pass_basereview", "可区审基地申报"),
            ("decide_basereview", "可市审、分派评审员、提出决定"),
            ("score_basereview", "可为基地评分"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(round__isnull=False, base__isnull=True) | Q(round__isnull=True, base__isnull=False),
                name="bases_review_round_or_base",
            ),
            models.CheckConstraint(
                condition=Q(seats__gt=0), name="bases_review_seats", violation_error_message="容纳人数应大于0。"
            ),
            models.UniqueConstraint(
                fields=["round", "unit", "name"],
                condition=Q(round__isnull=False),
                name="bases_review_once",
                violation_error_message="本轮已有同一单位的同名申报。",
            ),
            models.UniqueConstraint(
                fields=["base"],
                condition=~Q(state__in=["NAMED", "RETAINED", "REFUSED", "REMOVED"]) & Q(base__isnull=False),
                name="bases_review_one_open",
                violation_error_message="该基地已有一项复审正在进行。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def audit_unit(self):
        return self.unit

    @property
    def is_creation(self) -> bool:
        return self.round_id is not None

    @property
    def kind_label(self) -> str:
        return "创建" if self.is_creation else "复审"

    @property
    def is_editable(self) -> bool:
        return self.state in self.EDITABLE

    def is_late_on(self, day) -> bool:
        return self.due_on is not None and self.due_on < day

    @property
    def takes_materials(self) -> bool:
        return self.is_editable or self.state == self.State.RECTIFYING


class BaseMaterial(models.Model):
    """A document or photograph that proves one part of an application."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", "照片"
        DOCUMENT = "DOCUMENT", "文件"

    review = models.ForeignKey(BaseReview, models.CASCADE, related_name="materials", verbose_name="申报")
    part = models.CharField("说明哪一部分", max_length=12, choices=Part)
    kind = models.CharField("种类", max_length=10, choices=Kind, editable=False)
    title = models.CharField("名称", max_length=80)
    content = models.BinaryField("文件", editable=False)
    bytes = models.PositiveIntegerField("大小", editable=False)
    turn = models.PositiveSmallIntegerField("第几次评分", default=1, editable=False)
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    objects = MaterialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申报材料"
        ordering = ["id"]
        default_permissions = ()

    def __str__(self):
        return self.title
