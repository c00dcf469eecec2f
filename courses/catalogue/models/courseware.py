from uuid import uuid4

from django.db import models
from django.template.defaultfilters import filesizeformat

from courses.catalogue.querysets import ReferenceQuerySet
from lms.kit.models import TwoPersonModel


def generated_name(courseware, filename) -> str:
    """Nothing of the name somebody gave the file: only the suffix its checked kind has."""
    return f"courseware/{uuid4().hex}{Courseware.SUFFIXES[courseware.kind]}"


class Courseware(TwoPersonModel):  # type: ignore[django-manager-missing]
    """A file that is learnt from. Rows are added, never changed: published versions name them by key and hash."""

    class Kind(models.TextChoices):
        VIDEO = "VIDEO", "视频"
        PDF = "PDF", "PDF文档"
        SLIDES = "SLIDES", "幻灯片"

    SUFFIXES = {Kind.VIDEO: ".mp4", Kind.PDF: ".pdf", Kind.SLIDES: ".pdf"}

    title = models.CharField("名称", max_length=100)
    kind = models.CharField("类型", max_length=10, choices=Kind)
    file = models.FileField("文件", upload_to=generated_name, max_length=200)
    sha256 = models.CharField("文件摘要", max_length=64, editable=False)
    bytes = models.PositiveBigIntegerField("字节数", editable=False)
    seconds = models.PositiveIntegerField("片长（秒）", null=True, editable=False)
    pages = models.PositiveIntegerField("页数", null=True, editable=False)

    objects = ReferenceQuerySet.as_manager()

    class Meta(TwoPersonModel.Meta):
        abstract = False
        verbose_name = verbose_name_plural = "课件"
        ordering = ["-id"]
        default_permissions = ["add", "view"]
        permissions = [("check_courseware", "可复核课件")]
        constraints = [
            *TwoPersonModel.Meta.constraints,
            models.CheckConstraint(
                condition=~models.Q(kind="VIDEO") | models.Q(seconds__gt=0),
                name="catalogue_courseware_length",
                violation_error_message="视频应有片长。",
            ),
        ]

    def __str__(self):
        return f"{self.title}（{self.extent}）" if self.extent else self.title

    @property
    def extent(self) -> str:
        if self.seconds:
            return f"{self.seconds // 60}分{self.seconds % 60:02d}秒"
        return f"{self.pages}页" if self.pages else ""

    @property
    def size(self) -> str:
        return filesizeformat(self.bytes)
