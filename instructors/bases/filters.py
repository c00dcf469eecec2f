import django_filters
from wagtail.admin.filters import WagtailFilterSet

from instructors.bases.models import BaseDecision, BaseReview, BaseRound, PracticeBase, ScoreSheet
from lms.people.filters import UnitFilter

KINDS = {"creation": "创建", "again": "复审"}


class RoundFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度")

    class Meta:
        model = BaseRound
        fields = ["year"]


class ReviewFilters(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(label="类别", choices=list(KINDS.items()), method="of_kind")
    unit = UnitFilter("unit")

    class Meta:
        model = BaseReview
        fields = ["kind", "round", "unit", "state"]

    def of_kind(self, rows, name, value):
        return rows.filter(round__isnull=value == "again")


class SheetFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="submitted_at", lookup_expr="isnull", label="未提交")
    unit = UnitFilter("review__unit")

    class Meta:
        model = ScoreSheet
        fields = ["is_open", "is_third", "unit"]


class BaseFilters(WagtailFilterSet):
    unit = UnitFilter("venue__unit")

    class Meta:
        model = PracticeBase
        fields = ["unit", "state"]


class DecisionFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待复核")

    class Meta:
        model = BaseDecision
        fields = ["outcome", "is_open"]
