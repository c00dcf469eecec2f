from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup

from instructors.pool.viewsets import InstructorViewSet
from instructors.venues.filters import VenueFilters
from instructors.venues.models import Venue
from lms.kit.viewsets import ScopedViewSet

FIELDS = ["name", "unit", "kind", "seats", "address", "is_open"]


class VenueViewSet(ScopedViewSet):
    model = Venue
    icon = "site"
    counted_in = "处"
    list_display = [
        "name",
        Column("unit", label="管理单位", sort_key="unit__path"),
        "kind",
        "seats",
        "address",
        "is_open",
    ]
    search_fields = ["name", "address"]
    filterset_class = VenueFilters
    inspect_view_fields = form_fields = FIELDS

    def read(self, rows):
        return rows.select_related("unit")


class ResourcesGroup(ModelViewSetGroup):
    items = (InstructorViewSet, VenueViewSet)
    menu_label, menu_name, menu_icon, menu_order = "师资与场地", "resources", "group", 218
