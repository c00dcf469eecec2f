from wagtail.admin.ui.tables import Column

from courses.development.filters import CallFilters, ClaimFilters
from courses.development.forms.groups import ReasonForm
from courses.development.forms.outputs import CallForm
from courses.development.models import Claim, CrowdCall
from courses.development.services import calls
from courses.development.services.rights import OPEN_CALL, REVOKE, holds
from courses.development.views.desk import CallPage, ClaimPage
from courses.development.viewsets.groups import PageAfter, RowsLeadToPages
from courses.development.viewsets.steps import assign_action, authors_action, decide_action
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

State = Claim.State


def call_by_form(form, actor) -> CrowdCall:
    call = form.save(commit=False)
    return calls.change_call(call, actor=actor) if call.pk else calls.draft_call(call, actor=actor)


class CrowdCallViewSet(PageAfter, ScopedViewSet):
    model = CrowdCall
    icon = "download"
    counted_in = "次"
    add_label = "发起众筹"
    index_view_class, inspect_view_class = RowsLeadToPages, CallPage
    list_display = [
        "title", Column("unit", label="征集单位", sort_key="unit__path"),
        Column("taken", label="已认领/征集", accessor=lambda row: f"{row.taken}/{row.target}", sort_key="taken"),
        Column("submitted", label="评审中", sort_key="submitted"),
        Column("accepted", label="已采用/征集", accessor=lambda row: f"{row.accepted}/{row.target}", sort_key="accepted"),
        "due_on", "state",
    ]  # fmt: skip
    search_fields = ["title", "brief", "unit__name"]
    filterset_class = CallFilters
    inspect_view_fields = ["title", "unit", "brief", "target", "per_unit", "due_on", "state"]
    services = {"add": call_by_form, "change": call_by_form}
    actions = (
        Action(
            "open", "发布", OPEN_CALL, calls.open_call,
            lambda row: f"发布后通知{row.unit}所属单位认领，共{row.target}个名额；起草人不能发布自己的众筹。",
            is_open=lambda row: row.state == "DRAFT", icon="check",
        ),
        Action(
            "close", "结束征集", OPEN_CALL, calls.close_call,
            lambda row: f"已认领{row.taken}/{row.target}，已采用{row.accepted}/{row.target}。结束后不能再认领，已认领的继续办理。",
            is_open=lambda row: row.state == "OPEN", icon="lock",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.with_counts().select_related("unit", "made_by", "checked_by")

    def open_actions(self, row, user):
        """A call is seen below, and handled by who called."""
        return super().open_actions(row, user) if holds(user, OPEN_CALL, row.unit) else []

    def get_form_class(self, for_update=False):
        return CallForm


class ClaimViewSet(PageAfter, ScopedViewSet):
    model = Claim
    policy_class = ReadOnlyPolicy
    icon = "clipboard-list"
    counted_in = "个"
    inspect_view_class = ClaimPage
    list_display = [
        "title", Column("unit", label="认领单位", sort_key="unit__path"), Column("call", label="众筹", sort_key="call__title"),
        Column("state", label="状态", accessor="get_state_display", sort_key="state"), "due_on",
        Column("people", label="署名", accessor=lambda row: f"{row.people}人", sort_key="people"),
        Column("made_by", label="认领人"), Column("checked_at", label="采用时间", sort_key="checked_at"),
    ]  # fmt: skip
    search_fields = ["title", "unit__name", "call__title"]
    filterset_class = ClaimFilters
    inspect_view_fields = ["title", "unit", "call", "state", "due_on"]
    actions = (
        assign_action(lambda row: row.state == State.SUBMITTED),
        decide_action(
            calls.decide_claim, lambda row: row.state == State.SUBMITTED,
            "通过即采用并按署名记学分；退回的另定交稿期限；不采用的名额重新开放。",
        ),
        authors_action(lambda row: row.state in Claim.IN_HAND),
        Action(
            "revoke", "撤销采用", REVOKE, calls.revoke_claim,
            lambda row: f"“{row}”不再采用：已记的学分全部冲正，名额重新开放。", ReasonForm,
            lambda row: row.state == State.ACCEPTED, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.with_people().select_related("unit", "host", "call__unit", "made_by", "checked_by")
