from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import HeaderButton

from courses.training.clashes import worded
from courses.training.filters import DutyFilters, DutyShiftFilters, EnrollmentFilters
from courses.training.models import DutyShift, Enrollment, TrainingDuty
from courses.training.services.files import ADD_SHIFTS
from courses.training.services.sessions import when
from lms.kit.viewsets import ReadOnlyPolicy, ScopedViewSet


class EnrollmentViewSet(ScopedViewSet):
    """Learners of all classes; decisions are taken on the page of one class."""

    model = Enrollment
    policy_class = ReadOnlyPolicy
    icon = "user"
    counted_in = "人次"
    list_display = [
        "training_class",
        Column("name", label="姓名"),
        Column("staff_no", label="人员编号", accessor="officer.staff_no"),
        Column("unit", label="报名时单位", sort_key="unit__path"),
        Column("starts_on", label="开班日期", accessor="training_class.starts_on", sort_key="training_class__starts_on"),
        "source", "state",
        Column("clash", label="冲突提示", accessor=lambda row: worded(row.warnings)),
    ]  # fmt: skip
    search_fields = ["officer__name", "officer__staff_no", "training_class__title"]
    filterset_class = EnrollmentFilters
    inspect_view_fields = [
        "training_class", "name", "unit", "source", "state", "override_reason", "made_by", "made_at", "decided_by",
        "decided_at", "reason",
    ]  # fmt: skip

    def read(self, rows):
        related = rows.select_related("officer", "guest", "unit", "training_class", "made_by", "decided_by")
        return related.distinct().order_by("-training_class__starts_on", "training_class_id", "unit__path", "id")


class DutyIndex(IndexView):
    @property
    def header_buttons(self):
        query = self.request.GET.urlencode()
        url = reverse("training_enrollment:proof")
        return [HeaderButton("导出必训证明", url=f"{url}?{query}" if query else url, icon_name="download")]


class TrainingDutyViewSet(ScopedViewSet):
    """Who owes a class since when, and by which it was met."""

    model = TrainingDuty
    policy_class = ReadOnlyPolicy
    icon = "tasks"
    counted_in = "项"
    list_display = [
        "officer",
        Column("staff_no", label="人员编号", accessor="officer.staff_no"),
        Column("unit", label="单位", accessor="officer.unit", sort_key="officer__unit__path"),
        "kind", "arisen_on",
        Column("state", label="是否完成", accessor=lambda duty: "已完成" if duty.met_by_id else "未完成"),
        Column("met", label="完成的班", accessor=lambda duty: duty.met_by.training_class.title if duty.met_by else ""),
    ]  # fmt: skip
    sort_keys = {"officer": "officer__name_pinyin"}
    search_fields = ["officer__name", "officer__staff_no"]
    filterset_class = DutyFilters
    index_view_class = DutyIndex
    inspect_view_fields = ["officer", "kind", "posting", "arisen_on", "met_by"]

    def read(self, rows):
        return rows.select_related("officer__unit", "posting__unit", "posting__officer", "met_by__training_class")


class ShiftIndex(IndexView):
    @property
    def header_buttons(self):
        if not self.request.user.has_perm(ADD_SHIFTS):
            return []
        return [HeaderButton("导入值班表", url=reverse("training_enrollment:shifts"), icon_name="upload")]


class DutyShiftViewSet(ScopedViewSet):
    model = DutyShift
    policy_class = ReadOnlyPolicy
    icon = "time"
    counted_in = "班"
    list_display = [
        "officer",
        Column("staff_no", label="人员编号", accessor="officer.staff_no"),
        Column("unit", label="单位", accessor="officer.unit", sort_key="officer__unit__path"),
        Column("during", label="时间", accessor=lambda shift: when(shift.during), sort_key="during"),
        "label",
    ]  # fmt: skip
    sort_keys = {"officer": "officer__name_pinyin"}
    search_fields = ["officer__name", "officer__staff_no", "label"]
    filterset_class = DutyShiftFilters
    index_view_class = ShiftIndex
    inspect_view_fields = ["officer", "label"]

    def read(self, rows):
        return rows.select_related("officer__unit").order_by("-during", "officer_id")
