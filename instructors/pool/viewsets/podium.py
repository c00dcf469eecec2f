from django.utils import timezone
from wagtail.admin.ui.tables import Column

from instructors.pool.filters import PodiumFilters
from instructors.pool.forms.podium import PodiumForm
from instructors.pool.models import PodiumMember
from instructors.pool.services.appointments import stretch
from lms.kit.viewsets import ScopedPolicy, ScopedViewSet


class PodiumMemberViewSet(ScopedViewSet):
    """市局处室负责人上讲台: who has lectured this year, and who has not."""

    model = PodiumMember
    policy_class = ScopedPolicy
    icon = "user"
    counted_in = "人"
    add_label = "登记负责人"
    list_display = [
        Column("department", label="处室", sort_key="department"),
        Column("post", label="职务", accessor="post"),
        Column("officer", label="负责人", accessor=lambda row: row.officer.name, sort_key="officer__name_pinyin"),
        Column("term", label="任职期间", accessor=stretch, sort_key="during"),
        Column("has_lectured", label="今年已上讲台", accessor=lambda row: row.lectures > 0, sort_key="lectures"),
        Column("lectures", label="今年讲课（次）", accessor="lectures", sort_key="lectures"),
        Column("last_on", label="最近一次", accessor=lambda row: row.last_on or "—", sort_key="last_on"),
    ]  # fmt: skip
    search_fields = ["officer__name", "department", "officer__staff_no"]
    filterset_class = PodiumFilters
    inspect_view_fields = ["department", "post", "officer"]

    def read(self, rows):
        year = timezone.localdate().year
        return rows.select_related("officer__unit").serving_in(year).with_lectures(year)

    def get_form_class(self, for_update=False):
        return PodiumForm
