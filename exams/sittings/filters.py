import django_filters
from django_filters.fields import ModelChoiceField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from exams.sittings.models import (
    Candidate,
    CandidateGroup,
    Exam,
    Hall,
    KeyCorrection,
    Regrade,
    Sitting,
    TimeOverride,
)
from lms.people.filters import UnitFilter

PREPARED = {"ready": "已备卷", "none": "未备卷"}


class ExamFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待发布")
    unit = UnitFilter("unit", "组织单位")

    class Meta:
        model = Exam
        fields = ["is_open", "kind", "level", "unit"]


class OfExam(WagtailFilterSet):
    exam = django_filters.ModelChoiceFilter(queryset=Exam.objects.all(), label="考试")


class SittingFilters(OfExam):
    opens_at = django_filters.DateFromToRangeFilter(label="开考日期", widget=DateRangePickerWidget)
    unit = UnitFilter("exam__unit", "组织单位")

    class Meta:
        model = Sitting
        fields = ["exam", "opens_at", "unit"]


class HallFilters(WagtailFilterSet):
    sitting = django_filters.ModelChoiceFilter(queryset=Sitting.objects.select_related("exam"), label="场次")
    unit = UnitFilter("unit", "考点单位")

    class Meta:
        model = Hall
        fields = ["sitting", "unit"]


class HallField(ModelChoiceField):
    def label_from_instance(self, hall):
        return f"{hall.sitting} {hall}"


class HallFilter(django_filters.ModelChoiceFilter):
    field_class = HallField


class CandidateFilters(OfExam):
    sitting = django_filters.ModelChoiceFilter(queryset=Sitting.objects.select_related("exam"), label="场次")
    hall = HallFilter(queryset=Hall.objects.select_related("sitting__exam"), label="考场")
    prepared = django_filters.ChoiceFilter(label="备卷", choices=list(PREPARED.items()), method="in_preparation")
    unit = UnitFilter("unit", "报考时单位")

    class Meta:
        model = Candidate
        fields = ["exam", "sitting", "hall", "state", "prepared", "unit"]

    def in_preparation(self, rows, name, value):
        return rows.filter(attempt__isnull=value == "none")


class GroupFilters(OfExam):
    class Meta:
        model = CandidateGroup
        fields = ["exam"]


class OverrideFilters(OfExam):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待批准")

    class Meta:
        model = TimeOverride
        fields = ["is_open", "exam"]


class CorrectionFilters(OfExam):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待复核")

    class Meta:
        model = KeyCorrection
        fields = ["is_open", "exam", "treatment"]


class RegradeFilters(OfExam):
    class Meta:
        model = Regrade
        fields = ["exam"]
