import django_filters
from django import forms
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from lms.audit.models import AuditEvent
from lms.people.models import Officer, OrgUnit, Posting, RoleGrant
from lms.people.querysets import in_units


class UnitFilter(django_filters.ModelChoiceFilter):
    """Rows of a unit and of everything below it, on either line."""

    def __init__(self, field_name: str, label: str = "单位"):
        super().__init__(field_name=field_name, label=label, queryset=OrgUnit.objects.all(), widget=forms.Select)

    def filter(self, rows, unit):
        return rows.filter(in_units([unit], self.field_name)) if unit else rows


class OrgUnitFilters(WagtailFilterSet):
    class Meta:
        model = OrgUnit
        fields = ["kind"]


class OfficerFilters(WagtailFilterSet):
    unit = UnitFilter("unit")

    class Meta:
        model = Officer
        fields = ["unit", "status", "rank"]


class PostingFilters(WagtailFilterSet):
    unit = UnitFilter("unit")

    class Meta:
        model = Posting
        fields = ["unit", "is_primary"]


class RoleGrantFilters(WagtailFilterSet):
    STATES = {"proposed": "待批准", "current": "生效", "ended": "已终止"}

    state = django_filters.ChoiceFilter(label="状态", choices=list(STATES.items()), method="in_state")
    unit = UnitFilter("unit", "范围")

    class Meta:
        model = RoleGrant
        fields = ["state", "role", "unit"]

    def in_state(self, rows, name, value):
        return rows.exclude(ended_at=None) if value == "ended" else getattr(rows, value)()


class AuditEventFilters(WagtailFilterSet):
    at = django_filters.DateFromToRangeFilter(label="日期", widget=DateRangePickerWidget)
    actor = django_filters.CharFilter(label="经办人", lookup_expr="icontains")
    action = django_filters.CharFilter(label="动作", lookup_expr="startswith")

    class Meta:
        model = AuditEvent
        fields = ["at", "actor", "action"]
