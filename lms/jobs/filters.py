import django_filters
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from lms.jobs.models import Job
from lms.people.filters import UnitFilter


class JobFilters(WagtailFilterSet):
    unit = UnitFilter("unit")
    created_at = django_filters.DateFromToRangeFilter(label="提交日期", widget=DateRangePickerWidget)

    class Meta:
        model = Job
        fields = ["state", "unit", "created_at"]
