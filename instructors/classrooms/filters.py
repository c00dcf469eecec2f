import django_filters
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet

from instructors.classrooms.models import Grade, RoomCheck, RoomEquipment, SmartClassroom
from instructors.classrooms.services.rooms import notice_days
from lms.people.filters import UnitFilter

GRADES = [*Grade.choices, ("NONE", "未定级")]


class RoomFilters(WagtailFilterSet):
    unit = UnitFilter("venue__unit", "管理单位")
    grade = django_filters.ChoiceFilter(label="等级", choices=GRADES, method="of_grade")
    due = django_filters.ChoiceFilter(
        label="复核", choices=[("due", "已到期"), ("soon", "即将到期")], method="by_recheck"
    )

    class Meta:
        model = SmartClassroom
        fields = ["unit", "grade", "due"]

    def of_grade(self, rows, name, value):
        return rows.ungraded() if value == "NONE" else rows.filter(current__grade=value)

    def by_recheck(self, rows, name, value):
        today = timezone.localdate()
        due = rows.recheck_due(today)
        return due if value == "due" else rows.recheck_due(today, notice_days(today)).exclude(pk__in=due)


class CheckFilters(WagtailFilterSet):
    unit = UnitFilter("room__venue__unit", "管理单位")

    class Meta:
        model = RoomCheck
        fields = ["state", "grade", "unit"]


class EquipmentFilters(WagtailFilterSet):
    unit = UnitFilter("room__venue__unit", "管理单位")
    kind = django_filters.CharFilter(field_name="kind", lookup_expr="icontains", label="设备")

    class Meta:
        model = RoomEquipment
        fields = ["state", "unit", "kind"]
