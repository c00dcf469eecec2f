from django.core.exceptions import ValidationError
from django.db import models
from django.shortcuts import redirect
from django.urls import reverse
from modelcluster.fields import ParentalKey
from modelsearch import index
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page

from courses.catalogue.querysets import CourseVersionQuerySet
from lms.rules.models import Category, Layer

FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]


class CatalogueIndex(Page):
    """The shelf all courses stand on."""

    max_count = 1
    subpage_types = ["catalogue.Course"]

    class Meta:
        verbose_name = "课程目录"

    def serve(self, request, *args, **kwargs):
        return redirect("learning:catalogue")


class Course(Page):
    """What can be learnt. Officers learn a CourseVersion, frozen when the page was published."""

    class Level(models.TextChoices):
        BASIC = "BASIC", "基础"
        INTERMEDIATE = "INTERMEDIATE", "中级"
        ADVANCED = "ADVANCED", "高级"

    code = models.CharField("课程编号", max_length=20, unique=True)
    summary = models.CharField("简介", max_length=200)
    level = models.CharField("等级", max_length=15, choices=Level, default=Level.BASIC)
    layer = models.CharField("层级", max_length=10, choices=Layer, default=Layer.ONLINE)
    category = models.CharField("类别", max_length=10, choices=Category, default=Category.LAW)
    module = models.CharField(
        "必修模块代码", max_length=40, blank=True, help_text="属于哪个必修模块（规则R36），不属于的留空。"
    )

    parent_page_types = ["catalogue.CatalogueIndex"]
    subpage_types: list[str] = []
    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel([FieldPanel(name) for name in ("code", "level", "layer", "category", "module")], "归类"),
        InlinePanel("lessons", label="课文", min_num=1),
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("lesson_text")]

    class Meta:
        verbose_name = "课程"
        verbose_name_plural = "课程"

    def serve(self, request, *args, **kwargs):
        return redirect("learning:course", pk=self.pk)

    def serve_preview(self, request, mode_name):
        return super().serve(request)

    @property
    def lesson_text(self) -> str:
        return " ".join(f"{lesson.title} {lesson.body}" for lesson in self.lessons.all())

    @property
    def minutes(self) -> int:
        return sum(lesson.minutes for lesson in self.lessons.all())

    def get_absolute_url(self):
        return reverse("learning:course", args=[self.pk])


class Lesson(Orderable):
    page = ParentalKey(Course, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField("题目", max_length=80)
    body = RichTextField("正文", features=FEATURES)
    minutes = models.PositiveSmallIntegerField("学时长（分钟）", help_text="读完本节至少要用的时间，由服务器计时。")

    panels = [FieldPanel("title"), FieldPanel("minutes"), FieldPanel("body")]

    class Meta(Orderable.Meta):
        verbose_name = "课文"

    def clean(self):
        if self.minutes is not None and not 1 <= self.minutes <= 240:
            raise ValidationError({"minutes": "学时长应在1至240分钟之间。"})


class CourseVersion(models.Model):
    """A course as published: who began it stays on it, whatever is published later."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="versions", verbose_name="课程")
    number = models.PositiveSmallIntegerField("版次")
    title = models.CharField("名称", max_length=255)
    summary = models.CharField("简介", max_length=200)
    minutes = models.PositiveSmallIntegerField("总时长（分钟）")
    level = models.CharField("等级", max_length=15, choices=Course.Level)
    layer = models.CharField("层级", max_length=10, choices=Layer)
    category = models.CharField("类别", max_length=10, choices=Category)
    module = models.CharField("必修模块代码", max_length=40, blank=True)
    lessons = models.JSONField("课文")
    digest = models.CharField("内容摘要", max_length=64)
    published_at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = CourseVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "课程版本"
        verbose_name_plural = "课程版本"
        ordering = ["course_id", "-number"]
        default_permissions = ["view"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="catalogue_version_number")]

    def __str__(self):
        return f"{self.title} 第{self.number}版"
