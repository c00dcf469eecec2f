from datetime import date, timedelta

import django_filters
from django.utils import timezone
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from instructors.venues.models import Booking, Venue, VenueUse
from instructors.venues.opening import midnight, open_hours
from lms.people.filters import UnitFilter

KINDS = Venue.Kind.choices


class VenueFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "管理单位")

    class Meta:
        model = Venue
        fields = ["unit", "kind", "is_open"]


class BookingFilters(WagtailFilterSet):
    on = django_filters.DateFromToRangeFilter(
        field_name="during", label="日期", method="on_days", widget=DateRangePickerWidget
    )
    unit = UnitFilter("venue__unit", "场地管理单位")
    user = UnitFilter("unit", "使用单位")
    kind = django_filters.ChoiceFilter(field_name="venue__kind", label="场地类别", choices=KINDS)
    waiting = django_filters.ChoiceFilter(label="待办", choices=[("1", "待审批")], method="is_waiting")

    class Meta:
        model = Booking
        fields = ["waiting", "state", "purpose", "kind", "unit", "user", "on"]

    def on_days(self, rows, name, value):
        return rows.between(value.start, value.stop)

    def is_waiting(self, rows, name, value):
        return rows.waiting()


def periods(today: date) -> dict[str, tuple[date, date]]:
    """Each from its first day to the day after its last, as far as it lies behind us."""
    tomorrow, month = today + timedelta(days=1), today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    year = date(today.year, 1, 1)
    return {
        "YEAR": (year, tomorrow), "MONTH": (month, tomorrow), "LAST_MONTH": (before, month),
        "LAST_YEAR": (date(today.year - 1, 1, 1), year),
    }  # fmt: skip


PERIODS = {"YEAR": "本年至今", "MONTH": "本月至今", "LAST_MONTH": "上月", "LAST_YEAR": "上年"}


def in_period(rows, code: str = "YEAR"):
    begin, until = periods(timezone.localdate())[code]
    return rows.with_use(midnight(begin), midnight(until), open_hours(begin, until))


class VenueUseFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "管理单位")
    period = django_filters.ChoiceFilter(
        label="时段", choices=list(PERIODS.items()), method="of_period", empty_label="本年至今"
    )
    unused = django_filters.ChoiceFilter(label="使用", choices=[("1", "时段内没有使用")], method="is_unused")

    class Meta:
        model = VenueUse
        fields = ["period", "unit", "kind", "unused", "is_open"]

    def of_period(self, rows, name, value):
        return in_period(rows, value)

    def is_unused(self, rows, name, value):
        return rows.filter(used_times=0)
