import django_filters
from django.db.models import Q
from wagtail.admin.filters import WagtailFilterSet

from exams.bank.models import QuestionBank
from exams.papers.models import Blueprint, ForbiddenPair, Paper
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


class PairFilters(WagtailFilterSet):
    bank = django_filters.ModelChoiceFilter(field_name="first__bank", queryset=QuestionBank.objects.all(), label="题库")
    question = django_filters.NumberFilter(method="of_question", label="试题编号")

    class Meta:
        model = ForbiddenPair
        fields = ["bank", "question"]

    def of_question(self, rows, name, number):
        return rows.filter(Q(first=int(number)) | Q(second=int(number))) if abs(number) < 2**31 else rows.none()
