from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup

from courses.catalogue.forms import CoursewareForm
from courses.catalogue.models import (
    CourseVersion,
    Courseware,
    ItemCode,
    LegalSource,
    LegalSourceVersion,
    SyllabusNode,
    Topic,
)
from courses.catalogue.services.courseware import add_courseware, check_courseware
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet


class CourseVersionViewSet(ScopedViewSet):
    model = CourseVersion
    policy_class = ReadOnlyPolicy
    icon = "doc-full"
    counted_in = "个"
    list_display = ["title", "number", "level", "layer", "category", "minutes", "published_at"]
    list_filter = ["level", "layer", "category"]
    search_fields = ["title", "summary"]
    inspect_view_fields = [
        "title", "number", "summary", "minutes", "level", "layer", "category", "module", "digest", "published_at",
    ]  # fmt: skip


class TopicViewSet(ScopedViewSet):
    model = Topic
    icon = "tag"
    counted_in = "个"
    list_display = ["name", "code", "order"]
    search_fields = ["name", "code"]
    form_fields = ["code", "name", "order"]


class LegalSourceViewSet(ScopedViewSet):
    model = LegalSource
    icon = "doc-full-inverse"
    counted_in = "部"
    list_display = ["title", "issuer"]
    search_fields = ["title", "issuer"]
    form_fields = ["title", "issuer"]


class LegalSourceVersionViewSet(ScopedViewSet):
    model = LegalSourceVersion
    icon = "history"
    counted_in = "个"
    list_display = ["source", "edition", "number", "effective_on", "superseded_on"]
    sort_keys = {"source": "source__title"}
    search_fields = ["source__title", "number", "edition"]
    form_fields = ["source", "edition", "number", "effective_on", "superseded_on"]

    def read(self, rows):
        return rows.select_related("source")


class ItemCodeViewSet(ScopedViewSet):
    model = ItemCode
    icon = "list-ol"
    counted_in = "项"
    list_display = ["code", "name", "domain"]
    search_fields = ["code", "name", "domain"]
    form_fields = ["code", "name", "domain"]


class SyllabusNodeViewSet(ScopedViewSet):
    model = SyllabusNode
    icon = "list-ul"
    list_display = ["title", "edition", "level", "topic", "hours", "is_compulsory", Column("parent", label="上级")]
    list_filter = ["edition", "level", "topic", "is_compulsory"]
    search_fields = ["title"]
    form_fields = ["edition", "level", "parent", "topic", "title", "hours", "is_compulsory", "order"]

    def read(self, rows):
        return rows.select_related("parent", "topic")


def add(form, actor) -> Courseware:
    fields = form.cleaned_data
    return add_courseware(fields["title"], fields["kind"], fields["file"], actor=actor)


class CoursewareViewSet(ScopedViewSet):
    model = Courseware
    policy_class = AddOnlyPolicy
    icon = "media"
    counted_in = "个"
    add_label = "上传课件"
    list_display = [
        "title", "kind", Column("extent", label="时长或页数"), Column("size", label="大小", accessor="size"),
        "made_by", DateColumn("made_at", label="上传时间", sort_key="made_at"), "checked_by",
    ]  # fmt: skip
    list_filter = ["kind"]
    search_fields = ["title", "sha256"]
    inspect_view_fields = [
        "title", "kind", "seconds", "pages", "bytes", "sha256", "made_by", "made_at", "checked_by", "checked_at",
    ]  # fmt: skip
    services = {"add": add}
    actions = (
        Action(
            "check", "复核", "catalogue.check_courseware", check_courseware,
            lambda row: f"复核后，课程编辑可以把“{row.title}”用进课文。请先打开文件看过内容，确认可以公开给执法人员。",
            is_open=lambda row: not row.is_checked, icon="check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("made_by", "checked_by")

    def get_form_class(self, for_update=False):
        return CoursewareForm


class CatalogueGroup(ModelViewSetGroup):
    items = (
        CoursewareViewSet, TopicViewSet, LegalSourceViewSet, LegalSourceVersionViewSet, ItemCodeViewSet,
        SyllabusNodeViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "课程资料", "catalogue", "folder-open-inverse", 221
