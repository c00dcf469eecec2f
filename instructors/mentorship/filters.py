import django_filters
from django.db.models import Q
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet

from instructors.mentorship.models import LogEntry, Mentorship, MentorshipPhase, Observation
from lms.people.filters import UnitFilter


class MentorshipFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "徒弟单位")
    year = django_filters.NumberFilter(label="年度", method="in_year")
    overdue = django_filters.ChoiceFilter(label="逾期", choices=[("1", "到期未出徒")], method="is_overdue")

    class Meta:
        model = Mentorship
        fields = ["state", "unit", "year", "overdue"]

    def in_year(self, rows, name, value):
        year = int(value)
        begun = rows.filter(from_on__year__lte=year, until_on__year__gte=year)
        return begun.filter(Q(ended_on=None) | Q(ended_on__year__gte=year))

    def is_overdue(self, rows, name, value):
        return rows.live().filter(until_on__lt=timezone.localdate())


class PhaseFilters(WagtailFilterSet):
    unit = UnitFilter("mentorship__unit", "徒弟单位")
    standing = django_filters.ChoiceFilter(
        label="状态",
        choices=[("awaiting_office", "待部门签署"), ("open", "未签署完"), ("closed", "三方已签")],
        method="in_standing",
    )

    class Meta:
        model = MentorshipPhase
        fields = ["standing", "unit"]

    def in_standing(self, rows, name, value):
        return getattr(rows, value)()


class LogFilters(WagtailFilterSet):
    unit = UnitFilter("mentorship__unit", "徒弟单位")

    class Meta:
        model = LogEntry
        fields = ["side", "state", "unit"]


class ObservationFilters(WagtailFilterSet):
    unit = UnitFilter("phase__mentorship__unit", "徒弟单位")

    class Meta:
        model = Observation
        fields = ["unit"]
