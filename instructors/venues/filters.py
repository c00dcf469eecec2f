from wagtail.admin.filters import WagtailFilterSet

from instructors.venues.models import Venue
from lms.people.filters import UnitFilter


class VenueFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "管理单位")

    class Meta:
        model = Venue
        fields = ["unit", "kind", "is_open"]
