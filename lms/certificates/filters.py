import django_filters
from wagtail.admin.filters import WagtailFilterSet

from lms.certificates.models import Certificate, CertificateEvent
from lms.people.filters import UnitFilter


class CertificateFilters(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label="状态", choices=Certificate.State.choices, method=lambda rows, name, state: rows.in_standing(state)
    )
    year = django_filters.NumberFilter(label="年度")
    unit = UnitFilter("officer__unit")

    class Meta:
        model = Certificate
        fields = ["state", "kind", "year", "unit"]


class EventFilters(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(field_name="checked_by", lookup_expr="isnull", label="待复核")
    unit = UnitFilter("certificate__officer__unit")

    class Meta:
        model = CertificateEvent
        fields = ["change", "is_open", "unit"]
