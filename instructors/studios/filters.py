import django_filters
from wagtail.admin.filters import WagtailFilterSet

from instructors.studios.models import InstructorStudio, StudioMember, StudioOutput, StudioPlanItem, StudioReview
from lms.people.filters import UnitFilter

OF_STUDIO = "studio__unit"


class StudioFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "所在单位")

    class Meta:
        model = InstructorStudio
        fields = ["state", "unit"]


class MemberFilters(WagtailFilterSet):
    unit = UnitFilter(OF_STUDIO, "所在单位")
    left = django_filters.BooleanFilter(field_name="until_on", lookup_expr="isnull", exclude=True, label="已退出")

    class Meta:
        model = StudioMember
        fields = ["unit", "left"]


class PlanItemFilters(WagtailFilterSet):
    unit = UnitFilter(OF_STUDIO, "所在单位")
    done = django_filters.BooleanFilter(field_name="done_on", lookup_expr="isnull", exclude=True, label="已完成")

    class Meta:
        model = StudioPlanItem
        fields = ["year", "kind", "unit", "done"]


class OutputFilters(WagtailFilterSet):
    unit = UnitFilter(OF_STUDIO, "所在单位")
    year = django_filters.NumberFilter(field_name="on", lookup_expr="year", label="年度")

    class Meta:
        model = StudioOutput
        fields = ["kind", "unit", "year", "is_public"]


class ReviewFilters(WagtailFilterSet):
    unit = UnitFilter(OF_STUDIO, "所在单位")

    class Meta:
        model = StudioReview
        fields = ["year", "decision", "unit"]
