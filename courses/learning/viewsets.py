import django_filters
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup

from courses.catalogue.viewsets import CourseVersionViewSet
from courses.learning.models import CourseProgress
from lms.kit.viewsets import ReadOnlyPolicy, ScopedViewSet
from lms.people.filters import UnitFilter


class CourseProgressFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度")
    unit = UnitFilter("officer__unit")

    class Meta:
        model = CourseProgress
        fields = ["year", "unit"]


class CourseProgressViewSet(ScopedViewSet):
    model = CourseProgress
    policy_class = ReadOnlyPolicy
    icon = "tasks"
    list_display = [
        "officer",
        Column("unit", label="单位", accessor="officer.unit", sort_key="officer__unit__path"),
        Column("version", label="课程版本"),
        "year", "started_at", "completed_at", Column("lessons_read", label="已读节数"),
    ]  # fmt: skip
    sort_keys = {"officer": "officer__name_pinyin"}
    search_fields = ["officer__name", "officer__staff_no", "version__title"]
    filterset_class = CourseProgressFilters
    inspect_view_fields = ["officer", "version", "year", "started_at", "completed_at", "entry"]

    def read(self, rows):
        return rows.with_lessons_read().select_related("officer__unit", "version", "entry")


class CoursesGroup(ModelViewSetGroup):
    items = (CourseVersionViewSet, CourseProgressViewSet)
    menu_label, menu_name, menu_icon, menu_order = "课程", "courses", "doc-full", 220
