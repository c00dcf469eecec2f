import django_filters
from django.db.models import Q
from wagtail.admin.filters import WagtailFilterSet

from lms.certificates.models import Certificate, CertificateEvent
from lms.people.filters import UnitFilter
from lms.people.querysets import in_units


class HolderUnitFilter(UnitFilter):
    """The officer's unit of today, or a place's own; `prefix` leads to the certificate."""

    def __init__(self, prefix: str = ""):
        super().__init__(f"{prefix}officer__unit")
        self.prefix = prefix

    def filter(self, rows, unit):
        if unit is None:
            return rows
        of_place = Q(**{f"{self.prefix}officer": None}) & in_units([unit], f"{self.prefix}unit")
        return rows.filter(in_units([unit], f"{self.prefix}officer__unit") | of_place)


class CertificateFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label="状态", choices=Certificate.State.choices, method=lambda rows, name, state: rows.in_standing(state)
    )
    year = django_filters.NumberFilter(label="年度")
    unit = HolderUnitFilter()

    class Meta:
        model = Certificate
        fields = ["state", "kind", "year", "unit"]


class EventFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待复核")
    unit = HolderUnitFilter("certificate__")

    class Meta:
        model = CertificateEvent
        fields = ["change", "is_open", "unit"]
