import django_filters
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from courses.training.models import ClassSession, DutyShift, Enrollment, TrainingClass, TrainingDuty
from lms.people.filters import UnitFilter

MONTHS = [(number, f"{number}月") for number in range(1, 13)]


class ClassFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(field_name="starts_on", lookup_expr="year", label="年度")
    month = django_filters.ChoiceFilter(field_name="starts_on", lookup_expr="month", label="月份", choices=MONTHS)
    unit = UnitFilter("unit", "主办单位")
    unplanned = django_filters.BooleanFilter(field_name="plan_item", lookup_expr="isnull", label="计划外")

    class Meta:
        model = TrainingClass
        fields = ["year", "month", "unit", "state", "form", "layer", "kind", "stage", "unplanned"]


class SessionFilters(WagtailFilterSet):
    on = django_filters.DateFromToRangeFilter(
        field_name="during", label="日期", method="on_days", widget=DateRangePickerWidget
    )
    unit = UnitFilter("training_class__unit", "主办单位")
    venue = django_filters.CharFilter(field_name="venue__name", lookup_expr="icontains", label="地点")
    instructor = django_filters.CharFilter(field_name="instructor__name", lookup_expr="icontains", label="教员")
    unfit = django_filters.ChoiceFilter(label="教员不能授课", choices=[("yes", "须另派教员")], method="without_teacher")
    layer = django_filters.ChoiceFilter(
        field_name="training_class__layer", label="层级", choices=TrainingClass._meta.get_field("layer").choices
    )

    class Meta:
        model = ClassSession
        fields = ["on", "unit", "venue", "instructor", "unfit", "layer", "is_cancelled"]

    def without_teacher(self, rows, name, value):
        return rows.without_teacher()

    def on_days(self, rows, name, value):
        return rows.between(value.start, value.stop)


class EnrollmentFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "报名时单位")
    year = django_filters.NumberFilter(field_name="training_class__starts_on", lookup_expr="year", label="年度")
    kind = django_filters.ChoiceFilter(
        field_name="training_class__kind", label="培训类型", choices=TrainingClass._meta.get_field("kind").choices
    )

    class Meta:
        model = Enrollment
        fields = ["year", "unit", "state", "source", "kind"]


class DutyFilters(WagtailFilterSet):
    STATES = {"open": "未完成", "met": "已完成"}

    state = django_filters.ChoiceFilter(label="是否完成", choices=list(STATES.items()), method="in_state")
    unit = UnitFilter("officer__unit")
    arisen = django_filters.NumberFilter(field_name="arisen_on", lookup_expr="year", label="产生年度")

    class Meta:
        model = TrainingDuty
        fields = ["state", "kind", "unit", "arisen"]

    def in_state(self, rows, name, value):
        return getattr(rows, value)()


class DutyShiftFilters(WagtailFilterSet):
    unit = UnitFilter("officer__unit")

    class Meta:
        model = DutyShift
        fields = ["unit"]
