import django_filters
from wagtail.admin.filters import WagtailFilterSet

from exams.papers.models import Blueprint, Paper
from lms.people.filters import UnitFilter


class BlueprintFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待审批")
    unit = UnitFilter("unit")

    class Meta:
        model = Blueprint
        fields = ["is_open", "partial", "unit"]


class PaperFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="未封")
    blueprint = django_filters.ModelChoiceFilter(
        field_name="snapshot__blueprint", queryset=Blueprint.objects.all(), label="组卷方案"
    )
    unit = UnitFilter("snapshot__blueprint__unit")

    class Meta:
        model = Paper
        fields = ["is_open", "blueprint", "unit"]
