from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView, ChosenMultipleView, ChosenView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.button import HeaderButton

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
from courses.catalogue.views import IMPORT_RIGHTS
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


class ItemIndexView(IndexView):
    @property
    def header_buttons(self):
        buttons = super().header_buttons
        if self.request.user.has_perms(IMPORT_RIGHTS):
            url = reverse("catalogue_office:items_upload")
            buttons = [*buttons, HeaderButton("导入", url, icon_name="upload", attrs={"aria-label": "导入执法事项"})]
        return buttons


class ItemCodeViewSet(ScopedViewSet):
    model = ItemCode
    index_view_class = ItemIndexView
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
    inspect_template_name = "catalogue/courseware_inspect.html"
    add_label = "上传课件"
    list_display = [
        "title", "kind", Column("extent", label="时长或页数"), Column("size", label="大小", accessor="size"),
        "made_by", DateColumn("made_at", label="上传时间", sort_key="made_at"), "checked_by",
    ]  # fmt: skip
    list_filter = ["kind"]
    search_fields = ["title", "sha256"]
    inspect_view_fields = [
        "title", "sha256", "made_by", "made_at", "checked_by", "checked_at",
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


class CoursewareFilterForm(BaseFilterForm):
    q = forms.CharField(label="搜索", widget=forms.TextInput(attrs={"placeholder": "课件名称"}), required=False)

    def filter(self, objects):
        self.search_query = self.cleaned_data.get("q", "").strip()
        self.is_searching = bool(self.search_query)
        return objects.filter(title__icontains=self.search_query)


class CheckedCourseware:
    """In front of a chooser's view: checked files that the user may see, and nothing else is found or chosen."""

    filter_form_class = CoursewareFilterForm

    def dispatch(self, request, *args, **kwargs):
        if not request.user.has_perm("catalogue.view_courseware"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_object_list(self):
        return Courseware.objects.visible_to(self.request.user).filter(checked_by__isnull=False)

    def get_object(self, pk):
        return get_object_or_404(self.get_objects([pk]))

    def get_objects(self, pks):
        return self.get_object_list().filter(pk__in=[pk for pk in pks if pk.isdecimal() and len(pk) < 19])

    def get_edit_item_url(self, instance):
        return None

    def can_create(self):
        return False

    @property
    def columns(self):
        return [
            *super().columns, Column("kind", label="类型", accessor="get_kind_display"),
            Column("extent", label="时长或页数"), Column("size", label="大小"),
            DateColumn("checked_at", label="复核时间"),
        ]  # fmt: skip


class ChooseCourseware(CheckedCourseware, ChooseView):
    pass


class ChooseCoursewareResults(CheckedCourseware, ChooseResultsView):
    pass


class ChosenCourseware(CheckedCourseware, ChosenView):
    pass


class ChosenCoursewares(CheckedCourseware, ChosenMultipleView):
    pass


class CoursewareChooserViewSet(ChooserViewSet):
    model = Courseware
    icon = "media"
    page_title = "选择课件"
    register_widget = False
    url_filter_parameters = ["kind"]
    preserve_url_parameters = ["multiple", "kind"]
    choose_view_class, choose_results_view_class = ChooseCourseware, ChooseCoursewareResults
    chosen_view_class, chosen_multiple_view_class = ChosenCourseware, ChosenCoursewares

    def get_urlpatterns(self):
        return [pattern for pattern in super().get_urlpatterns() if pattern.name != "create"]


class CatalogueGroup(ModelViewSetGroup):
    items = (
        CoursewareViewSet, TopicViewSet, LegalSourceViewSet, LegalSourceVersionViewSet, ItemCodeViewSet,
        SyllabusNodeViewSet,
    )  # fmt: skip
    menu_label, menu_name, menu_icon, menu_order = "课程资料", "catalogue", "folder-open-inverse", 221
