import django_filters
from wagtail.admin.filters import WagtailFilterSet

from lms.notices.models import Delivery, Notice
from lms.people.filters import UnitFilter


class NoticeFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "范围")
    is_draft = django_filters.BooleanFilter(label="草稿", field_name="sent_at", lookup_expr="isnull")

    class Meta:
        model = Notice
        fields = ["kind", "unit"]


class DeliveryFilters(WagtailFilterSet):
    unit = UnitFilter("user__officer__unit")
    is_unread = django_filters.BooleanFilter(label="未读", field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Delivery
        fields = ["channel", "state", "unit"]
