"""The console's lists of what is asked and decided about attendance: leave, dismissals, appeals."""

import django_filters
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from courses.training.forms.attendance import GrantAppealForm, RefusalForm, ReplyForm
from courses.training.forms.classes import ReasonForm
from courses.training.models import Appeal, DismissalProposal, LeaveRequest
from courses.training.services.absence import DECIDE as DISMISS
from courses.training.services.absence import absences, dismiss_for_absence, keep_despite_absence
from courses.training.services.appeals import DECIDE as DECIDE_APPEAL
from courses.training.services.appeals import decide_by, grant_appeal, overdue_since, refuse_appeal
from courses.training.services.leave import DECIDE as DECIDE_LEAVE
from courses.training.services.leave import grant_leave, refuse_leave
from courses.training.viewsets.attendance import CLASS_UNIT, WHO, OfLearners
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet
from lms.people.filters import UnitFilter


class LeaveFilters(WagtailFilterSet):
    unit = UnitFilter(CLASS_UNIT, "主办单位")

    class Meta:
        model = LeaveRequest
        fields = ["state", "unit"]


def is_asked(row) -> bool:
    return row.state == LeaveRequest.State.ASKED


class LeaveRequestViewSet(OfLearners):
    model = LeaveRequest
    icon = "date"
    list_display = [
        *WHO, Column("stretch", label="请假时间", accessor="stretch", sort_key="during"), "reason",
        Column("state_label", label="状态", accessor="get_state_display"), "made_at", "decided_by",
    ]  # fmt: skip
    filterset_class = LeaveFilters
    inspect_view_fields = ["enrollment", "stretch", "reason", "state", "made_at", "decided_by", "decided_at", "reply"]
    related = ("decided_by",)
    actions = (
        Action(
            "grant", "准假", DECIDE_LEAVE, grant_leave,
            lambda row: f"{row.enrollment.name}{row.stretch}的课次将记为请假，计入请假限度。", ReplyForm, is_asked, "check",
        ),
        Action(
            "refuse", "不准假", DECIDE_LEAVE, refuse_leave, lambda row: "理由告知本人；未到课的仍记缺席。", RefusalForm,
            is_asked, "cross",
        ),
    )  # fmt: skip


class DismissalFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "学员单位")

    class Meta:
        model = DismissalProposal
        fields = ["unit"]


def missed_by(row) -> str:
    return f"{row.name}在“{row.training_class}”缺勤{absences(row.training_class, [row.pk])[row.pk]}。"


class DismissalViewSet(ScopedViewSet):
    """Proposed by the rule, decided by the office; decided ones leave the list and stay in the audit."""

    model = DismissalProposal
    policy_class = ReadOnlyPolicy
    icon = "warning"
    counted_in = "人"
    list_display = [
        Column("name", label="学员", accessor="name", sort_key="officer__name_pinyin"),
        Column("unit", label="学员单位", sort_key="unit__path"), "training_class", "dismissal_proposed_at", "warned_at",
    ]  # fmt: skip
    search_fields = ("officer__name", "officer__staff_no", "training_class__title")
    filterset_class = DismissalFilters
    inspect_view_fields = ["officer", "training_class", "unit", "dismissal_proposed_at", "warned_at", "tolerated_hours"]
    actions = (
        Action(
            "dismiss", "退班", DISMISS, dismiss_for_absence,
            lambda row: missed_by(row) + "退班后不再签到，本班不结业。本人可以申诉。", ReasonForm, icon="cross",
        ),
        Action(
            "keep", "保留", DISMISS, keep_despite_absence,
            lambda row: missed_by(row) + "保留在班；再有缺勤的，将重新建议退班。", ReasonForm, icon="check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.open().select_related("officer", "guest", "unit", "training_class__unit")


class AppealFilters(WagtailFilterSet):
    overdue = django_filters.ChoiceFilter(label="逾期", choices=[("1", "逾期未处理")], method="is_overdue")
    unit = UnitFilter(CLASS_UNIT, "主办单位")

    class Meta:
        model = Appeal
        fields = ["state", "overdue", "unit"]

    def is_overdue(self, rows, name, value):
        return rows.overdue(overdue_since(timezone.localdate()))


def is_filed(row) -> bool:
    return row.state == Appeal.State.FILED and row.session_id is not None


class AppealViewSet(OfLearners):
    model = Appeal
    icon = "comment"
    list_display = [
        *WHO, Column("session", label="课次"), Column("state_label", label="状态", accessor="get_state_display"),
        "filed_at", "decided_by", "decided_at",
    ]  # fmt: skip
    filterset_class = AppealFilters
    inspect_view_fields = ["enrollment", "session", "text", "state", "filed_at", "decided_by", "decided_at", "reply"]
    related = ("session", "decided_by")
    actions = (
        Action(
            "grant", "采纳", DECIDE_APPEAL, grant_appeal,
            lambda row: f"{row.enrollment.name}：{row.text}　采纳后考勤按下面的选择更正；学时已入账的，台账补记或冲正。请在{decide_by(row):%Y年%-m月%-d日}前处理。",
            GrantAppealForm, is_filed, "check",
        ),
        Action(
            "refuse", "不予采纳", DECIDE_APPEAL, refuse_appeal,
            lambda row: f"{row.enrollment.name}：{row.text}　考勤不变，理由告知本人。", RefusalForm, is_filed, "cross",
        ),
    )  # fmt: skip
