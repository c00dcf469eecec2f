import django_filters
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet

from instructors.pool.models import Instructor
from lms.people.filters import UnitFilter


class InstructorFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "管理单位")
    active = django_filters.BooleanFilter(label="在聘", method="only_active")

    class Meta:
        model = Instructor
        fields = ["unit", "level", "active"]

    def only_active(self, rows, name, value):
        active = rows.active_on(timezone.localdate())
        return active if value else rows.exclude(pk__in=active.values("pk"))
