from django.conf import settings
from django.db import models
from django.db.models import Q

from courses.catalogue.models import Courseware
from courses.development.models.groups import CourseDevelopmentGroup
from courses.development.models.outputs import Output
from courses.development.querysets import OutputQuerySet
from lms.kit.models import TwoPersonModel


class Work(Output):
    """The register of cases and textbooks."""

    class Form(models.TextChoices):
        GUIDING = "GUIDING", "执法指导案例"
        LITIGATION = "LITIGATION", "涉诉典型案例"
        REFERENCE = "REFERENCE", "参考案例"
        GUIDE = "GUIDE", "执法指南"
        TEXTBOOK = "TEXTBOOK", "教材"
        CHAPTER = "CHAPTER", "教材章节"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "编写"
        SUBMITTED = "SUBMITTED", "评审中"
        REVIEWED = "REVIEWED", "已评审"
        PUBLISHED = "PUBLISHED", "已发布"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    CASES = (Form.GUIDING, Form.LITIGATION, Form.REFERENCE)

    form = models.CharField("类别", max_length=12, choices=Form)
    book = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="chapters", verbose_name="所属教材"
    )
    group = models.ForeignKey(
        CourseDevelopmentGroup, models.PROTECT, null=True, blank=True, related_name="works", verbose_name="教研组"
    )
    source = models.CharField("来源", max_length=100, blank=True, help_text="例如优秀执法案例评选、出版社和版次。")
    body = models.TextField("正文", blank=True)
    courseware = models.ForeignKey(
        Courseware, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="文件"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT, editable=False)
    published_on = models.DateField("发布日期", null=True, editable=False)
    withdraw_reason = models.CharField("撤回理由", max_length=200, blank=True, editable=False)

    objects = OutputQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "案例与教材"
        ordering = ["-output_ptr"]
        default_permissions = ["view", "add", "change"]
        constraints = [
            models.CheckConstraint(
                condition=Q(book=None) | Q(form="CHAPTER"),
                name="development_work_book",
                violation_error_message="只有教材章节才选所属教材。",
            ),
        ]

    @property
    def is_case(self) -> bool:
        return self.form in self.CASES


class MaskingCertificate(TwoPersonModel):
    """脱敏证明: one person removed the names, another looked; it holds for exactly the text they saw."""

    work = models.ForeignKey(Work, models.PROTECT, related_name="maskings", verbose_name="案例")
    digest = models.CharField("内容摘要", max_length=64)
    removed = models.CharField("已去除的内容", max_length=300)
    refused_reason = models.CharField("不予确认的理由", max_length=200, blank=True)
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="不予确认人"
    )

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "脱敏证明"
        ordering = ["-pk"]
        default_permissions = ()
        permissions = [("check_maskingcertificate", "可确认案例脱敏")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["work", "digest"], condition=Q(refused_by=None), name="development_masking_once",
                violation_error_message="这一稿已有脱敏证明。",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | Q(refused_by=None), name="development_masking_one_answer"
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.work} 脱敏证明"
