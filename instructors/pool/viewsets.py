from wagtail.admin.ui.tables import Column

from instructors.pool.filters import InstructorFilters
from instructors.pool.forms import InstructorForm
from instructors.pool.models import Instructor
from lms.kit.viewsets import ScopedViewSet


class InstructorViewSet(ScopedViewSet):
    model = Instructor
    icon = "user"
    counted_in = "人"
    list_display = [
        "name", "level", Column("unit", label="管理单位", sort_key="unit__path"), "specialty", "from_on", "until_on",
    ]  # fmt: skip
    search_fields = ["name", "specialty", "officer__staff_no"]
    filterset_class = InstructorFilters
    inspect_view_fields = ["name", "officer", "level", "unit", "specialty", "from_on", "until_on"]

    def read(self, rows):
        return rows.select_related("unit", "officer")

    def get_form_class(self, for_update=False):
        return InstructorForm
