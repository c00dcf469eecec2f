from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView

from exams.licences.filters import ApplicationFilters, BatchFilters
from exams.licences.forms.handling import ReturnForm
from exams.licences.models import Application, ApplicationBatch
from exams.licences.services.boards import lines_of
from exams.licences.services.reviewing import APPROVE, REVIEW, approve, return_application, review
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

State = Application.State


class ApplicationPage(InspectView):
    template_name = "licences/application.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        now = lines_of([row], user)[0] if row.is_under_way else None
        acts = [{"label": act.label, "url": url} for act, url in self.viewset.open_actions(row, user)]
        return super().get_context_data(**kwargs) | {"row": row, "now": now, "acts": acts}


class ApplicationViewSet(ScopedViewSet):
    model = Application
    policy_class = ReadOnlyPolicy
    icon = "form"
    counted_in = "份"
    list_display = [
        Column("officer", label="姓名", accessor="certificate.officer.name", sort_key="certificate__officer__name_pinyin"),
        Column("staff_no", label="人员编号", accessor="certificate.officer.staff_no", sort_key="certificate__officer__staff_no"),
        Column("unit", label="单位", accessor="certificate.officer.unit", sort_key="certificate__officer__unit__path"),
        Column("kind", label="事项", accessor="get_kind_display", sort_key="kind"),
        Column("area", label="执法区域"),
        Column("state", label="状态", accessor="get_state_display", sort_key="state"),
        Column("why", label="退回原因", accessor="why_returned"),
        Column("batch", label="批次"), Column("made_at", label="申请时间", sort_key="made_at"),
    ]  # fmt: skip
    search_fields = ["certificate__officer__name", "certificate__officer__staff_no", "certificate__number"]
    filterset_class = ApplicationFilters
    inspect_view_class = ApplicationPage
    inspect_view_fields = ["certificate", "kind", "state", "area", "made_by", "made_at"]
    actions = (
        Action(
            "review", "单位审核通过", REVIEW, review,
            lambda row: f"{row.officer.name}的{row.get_kind_display()}申请将转市局审核。条件按今天的数据重新核对。",
            is_open=lambda row: row.state == State.APPLIED, icon="check",
        ),
        Action(
            "approve", "市局审核通过", APPROVE, approve,
            lambda row: f"{row.officer.name}的{row.get_kind_display()}申请将列入待报送。条件按今天的数据重新核对。",
            is_open=lambda row: row.state == State.UNIT_REVIEWED, icon="check",
        ),
        Action(
            "return_unit", "退回", REVIEW, return_application,
            lambda row: f"{row.officer.name}的申请将退回，理由告知本人和申请人；改正后可重新申请。", ReturnForm,
            lambda row: row.state == State.APPLIED, "undo",
        ),
        Action(
            "return_bureau", "退回", APPROVE, return_application,
            lambda row: f"{row.officer.name}的申请将退回，理由告知本人和申请人；改正后可重新申请。", ReturnForm,
            lambda row: row.state in (State.UNIT_REVIEWED, State.BUREAU_REVIEWED), "undo",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.with_people().select_related(
            "made_by", "unit_reviewed_by", "bureau_reviewed_by", "rule_version__rule"
        )


class BatchPage(InspectView):
    """How far a batch is, and why some of it came back."""

    template_name = "licences/batch.html"

    def get_context_data(self, **kwargs):
        row = self.object
        rows = row.applications.visible_to(self.request.user).with_people()
        return super().get_context_data(**kwargs) | {
            "batch": row, "waiting": row.people - row.forward - row.returned,
            "applications": rows.order_by("state", "certificate__officer__staff_no"),
        }  # fmt: skip


class BatchViewSet(ScopedViewSet):
    model = ApplicationBatch
    policy_class = ReadOnlyPolicy
    icon = "list-ul"
    counted_in = "批"
    list_display = [
        "title", "unit", "made_by", Column("made_at", label="申办时间", sort_key="made_at"),
        Column("people", label="申办人数", sort_key="people"), Column("forward", label="已转报"),
        Column("returned", label="已退回"),
    ]  # fmt: skip
    search_fields = ["title", "unit__name"]
    filterset_class = BatchFilters
    inspect_view_class = BatchPage
    inspect_view_fields = ["title", "unit", "made_by", "made_at"]

    def read(self, rows):
        return rows.with_counts().select_related("unit", "made_by")
