from csp.constants import SELF
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.shortcuts import redirect
from django.urls import reverse
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from modelsearch import index
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PageManager

from courses.catalogue.models.courseware import Courseware
from courses.catalogue.models.references import ItemCode, LegalSourceVersion, Level, SyllabusNode, Topic
from courses.catalogue.panels import CodeList, CourseForm, CoursewareChooser, StalePanel
from courses.catalogue.querysets import CourseQuerySet
from lms.rules.models import Category, Layer

FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
SECONDS_A_MINUTE = 60


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

    Level = Level

    code = models.CharField("课程编号", max_length=20, unique=True)
    summary = models.CharField("简介", max_length=200)
    level = models.CharField("等级", max_length=15, choices=Level, default=Level.BASIC)
    layer = models.CharField("层级", max_length=10, choices=Layer, default=Layer.ONLINE)
    category = models.CharField("类别", max_length=10, choices=Category, default=Category.LAW)
    module = models.CharField(
        "必修模块代码", max_length=40, blank=True, help_text="属于哪个必修模块（规则R36），不属于的留空。"
    )
    is_flagship = models.BooleanField("精品课程", default=False, editable=False)
    topics = ParentalManyToManyField(Topic, blank=True, related_name="courses", verbose_name="专题")
    sources = ParentalManyToManyField(LegalSourceVersion, blank=True, related_name="courses", verbose_name="法律依据")
    items = ParentalManyToManyField(ItemCode, blank=True, related_name="courses", verbose_name="执法事项")
    nodes = ParentalManyToManyField(SyllabusNode, blank=True, related_name="courses", verbose_name="大纲条目")

    objects = PageManager.from_queryset(CourseQuerySet)()
    base_form_class = CourseForm
    parent_page_types = ["catalogue.CatalogueIndex"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["is_flagship"]
    content_panels = [
        StalePanel(),
        *Page.content_panels,
        FieldPanel("summary"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("code"), FieldPanel("module")]),
                FieldRowPanel([FieldPanel("level"), FieldPanel("layer"), FieldPanel("category")]),
                FieldPanel("topics", widget=forms.CheckboxSelectMultiple),
            ],
            "归类",
        ),
        MultiFieldPanel(
            [
                FieldPanel("sources", widget=forms.CheckboxSelectMultiple),
                FieldPanel(
                    "items", widget=CodeList(ItemCode), help_text="填事项代码，用空格或换行分开；代码见“执法事项”。"
                ),
                FieldPanel("nodes", widget=forms.CheckboxSelectMultiple),
            ],
            "依据、事项与大纲",
        ),
        InlinePanel("lessons", label="课文", min_num=1),
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("lesson_text")]

    class Meta:
        verbose_name = "课程"
        verbose_name_plural = "课程"

    def serve(self, request, *args, **kwargs):
        return redirect("learning:course", pk=self.pk)

    preview_sizes = [
        {"name": "phone", "icon": "mobile-alt", "device_width": 390, "label": "手机预览"},
        {"name": "desktop", "icon": "desktop", "device_width": 1280, "label": "桌面预览"},
    ]

    def serve_preview(self, request, mode_name):
        """The whole course on one page, shown inside the console's frame."""
        response = super().serve_preview(request, mode_name)
        response._csp_replace = {"frame-ancestors": [SELF]}
        return response

    def get_template(self, request, *args, **kwargs):
        return "catalogue/course.html"

    def with_content_json(self, content):
        """A review decides what is a flagship: no draft of the text brings the mark back or takes it away."""
        page = super().with_content_json(content)
        page.is_flagship = self.is_flagship
        return page

    @property
    def lesson_text(self) -> str:
        return " ".join(f"{lesson.title} {lesson.body}" for lesson in self.lessons.all())

    @property
    def minutes(self) -> int:
        """Whole minutes of the whole course, so that no lesson is rounded by itself."""
        seconds = sum(lesson.seconds for lesson in self.lessons.all())
        return max(seconds // SECONDS_A_MINUTE, 1) if seconds else 0

    def get_absolute_url(self):
        return reverse("learning:course", args=[self.pk])


class Lesson(Orderable, ClusterableModel):
    class Kind(models.TextChoices):
        TEXT = "TEXT", "图文"
        VIDEO = Courseware.Kind.VIDEO.value, "视频"
        PDF = Courseware.Kind.PDF.value, "PDF文档"
        SLIDES = Courseware.Kind.SLIDES.value, "幻灯片"

    page = ParentalKey(Course, on_delete=models.CASCADE, related_name="lessons")
    title = models.CharField("题目", max_length=80)
    kind = models.CharField("形式", max_length=10, choices=Kind, default=Kind.TEXT)
    courseware = models.ForeignKey(
        Courseware, models.PROTECT, null=True, blank=True, related_name="lessons", verbose_name="课件",
        limit_choices_to={"checked_by__isnull": False}, help_text="只列出已由另一人复核的课件；图文不用选。",
    )  # fmt: skip
    body = RichTextField("正文", features=FEATURES, blank=True)
    minutes = models.PositiveSmallIntegerField(
        "学时长（分钟）", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(240)],
        help_text="读完本节至少要用的时间，由服务器计时；视频以片长为准，不用填。",
    )  # fmt: skip

    panels = [
        FieldPanel("title"),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("minutes")]),
        FieldPanel("courseware", widget=CoursewareChooser),
        FieldPanel("body"),
        InlinePanel("questions", label="随堂题", heading="随堂题"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "课文"

    def __str__(self):
        return self.title

    @property
    def seconds(self) -> int:
        if self.kind == self.Kind.VIDEO:
            return self.courseware.seconds if self.courseware else 0
        return (self.minutes or 0) * SECONDS_A_MINUTE

    def clean(self):
        if self.kind != self.Kind.TEXT and (self.courseware is None or self.courseware.kind != self.kind):
            refusal = ValidationError(f"请选择一个“{self.get_kind_display()}”课件。", code="no_courseware")
            raise ValidationError({"courseware": refusal})
        if self.kind == self.Kind.TEXT and self.courseware:
            raise ValidationError({"courseware": ValidationError("图文课文不用课件。", code="needless_courseware")})
        if self.kind == self.Kind.TEXT and not self.body:
            raise ValidationError({"body": ValidationError("图文课文应有正文。", code="no_body")})
        if self.kind != self.Kind.VIDEO and not self.minutes:
            raise ValidationError({"minutes": ValidationError("请填写学时长。", code="no_minutes")})


class LessonQuestion(Orderable):
    """A question that stops the lesson at one second; its key and explanation never reach the phone beforehand."""

    MIN_OPTIONS, MAX_OPTIONS = 2, 6

    lesson = ParentalKey(Lesson, on_delete=models.CASCADE, related_name="questions")
    at = models.PositiveIntegerField("出现在第几秒", help_text="从本节开头算起，不能超过本节时长。")
    stem = models.CharField("题干", max_length=300)
    options = models.TextField("选项", help_text="每行一个，2至6个。")
    answer = models.PositiveSmallIntegerField("答案", choices=list(enumerate("ABCDEF")))
    explain = models.CharField("解析", max_length=500, blank=True)

    panels = [
        FieldRowPanel([FieldPanel("at"), FieldPanel("answer")]),
        FieldPanel("stem"),
        FieldPanel("options", widget=forms.Textarea(attrs={"rows": 4})),
        FieldPanel("explain"),
    ]

    class Meta(Orderable.Meta):
        verbose_name = "随堂题"

    def __str__(self):
        return self.stem

    @property
    def choices(self) -> list[str]:
        return [line.strip() for line in (self.options or "").splitlines() if line.strip()]

    def clean(self):
        choices = self.choices
        if not self.MIN_OPTIONS <= len(choices) <= self.MAX_OPTIONS:
            raise ValidationError({"options": ValidationError("选项应为2至6个，每行一个。", code="options")})
        if len(set(choices)) < len(choices):
            raise ValidationError({"options": ValidationError("选项不能重复。", code="same_options")})
        if self.answer is not None and self.answer >= len(choices):
            raise ValidationError({"answer": ValidationError("答案不在选项之中。", code="answer")})
