from django.urls import reverse, reverse_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup

from instructors.mentorship.filters import LogFilters, MentorshipFilters, ObservationFilters, PhaseFilters
from instructors.mentorship.forms import AssessForm, MentorshipForm, NoteForm, ReasonForm
from instructors.mentorship.models import LogEntry, Mentorship, MentorshipPhase, Observation
from instructors.mentorship.services.agreements import change_mentorship, draft_mentorship, sign_for_office
from instructors.mentorship.services.board import VIEW
from instructors.mentorship.services.completion import assess, complete, entries_of, terminate
from instructors.mentorship.services.phases import close_phase
from instructors.mentorship.services.telling import COMPLETE, SIGN
from instructors.mentorship.views.console import MentorshipPage
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

State, Result = Mentorship.State, Mentorship.Result
PEOPLE = ("mentor", "apprentice", "unit")


def term_of(row) -> str:
    return f"{row.from_on:%Y年%-m月%-d日}至{row.until_on:%Y年%-m月%-d日}"


def progress_of(row) -> str:
    return f"{row.closed_count}/{row.phase_count}个阶段"


def may_assess(row) -> bool:
    is_through = row.state == State.ACTIVE and row.closed_count == row.phase_count
    return is_through or (row.state == State.ASSESSED and row.result == Result.FAILED)


def ending(row) -> str:
    count = entries_of(row).count()
    posted = f"已入账的{count}条学时学分将逐条冲正。" if count else "尚未入账，没有要冲正的学时学分。"
    return f"“{row}”终止后不能恢复，双方收到通知。{posted}"


class MentorshipViewSet(ScopedViewSet):
    model = Mentorship
    icon = "group"
    counted_in = "对"
    add_label = "拟定师带徒"
    list_display = [
        Column("pair", label="师带徒", accessor=str, sort_key="apprentice__name_pinyin"),
        Column("unit", label="徒弟单位", sort_key="unit__path"),
        Column("term", label="期限", accessor=term_of, sort_key="from_on"), "state",
        Column("progress", label="三方已签", accessor=progress_of),
        Column("log_count", label="已确认日志（篇）"),
        Column("result", label="考核", accessor="get_result_display"),
    ]  # fmt: skip
    search_fields = ["mentor__name", "mentor__staff_no", "apprentice__name", "apprentice__staff_no"]
    filterset_class = MentorshipFilters
    inspect_view_class = MentorshipPage
    inspect_view_fields = ["goals"]
    services = {
        "add": lambda form, actor: draft_mentorship(form.instance, actor=actor),
        "change": lambda form, actor: change_mentorship(form.instance, actor=actor),
    }
    actions = (
        Action(
            "sign", "部门签署", SIGN, sign_for_office,
            lambda row: f"代表教育培训部门签署“{row}”的协议，期限{term_of(row)}；三方签订后由师傅开始带教。",
            is_open=lambda row: row.state == State.PROPOSED, icon="edit",
        ),
        Action(
            "assess", "考核", COMPLETE, assess,
            lambda row: f"按“{row}”{row.phase_count}个阶段的签署、{row.log_count}篇已确认日志和观察表考核；合格的由另一人审定出徒。",
            AssessForm, may_assess, "form",
        ),
        Action(
            "complete", "审定出徒", COMPLETE, complete,
            lambda row: f"“{row}”出徒，师傅和徒弟的学时学分按规则R18记入台账：徒弟日志{row.log_count}篇，师傅1项。",
            is_open=lambda row: row.state == State.ASSESSED and row.result == Result.PASSED, icon="check",
        ),
        Action(
            "terminate", "终止", COMPLETE, terminate, ending, ReasonForm,
            lambda row: row.state != State.TERMINATED, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related(*PEOPLE, "mentor__unit", "instructor", "rule_version").with_counts()

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])

    def get_form_class(self, for_update=False):
        return MentorshipForm


class MentorshipPhaseViewSet(ScopedViewSet):
    """What waits for the office's signature."""

    model = MentorshipPhase
    policy_class = ReadOnlyPolicy
    icon = "tasks"
    counted_in = "个阶段"
    list_display = [
        Column("phase", label="阶段", accessor=str, sort_key="number"),
        Column("mentorship", label="师带徒", sort_key="mentorship__apprentice__name_pinyin"),
        Column("unit", label="徒弟单位", accessor="mentorship.unit", sort_key="mentorship__unit__path"),
        "from_on", "until_on", "closed_at",
    ]  # fmt: skip
    search_fields = ["mentorship__mentor__name", "mentorship__apprentice__name", "title"]
    filterset_class = PhaseFilters
    inspect_view_fields = ["mentorship", "number", "title", "goal", "from_on", "until_on", "closed_at"]
    actions = (
        Action(
            "sign", "部门签署", SIGN, close_phase,
            lambda row: f"代表教育培训部门签署“{row.mentorship}”{row}。签署后进入下一阶段；各阶段签完后考核。",
            NoteForm, lambda row: row.closed_at is None and row.mentorship.state == State.ACTIVE, "edit",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related(*(f"mentorship__{name}" for name in PEOPLE))


class LogEntryViewSet(ScopedViewSet):
    model = LogEntry
    policy_class = ReadOnlyPolicy
    icon = "doc-full"
    counted_in = "篇"
    list_display = [
        "on", Column("mentorship", label="师带徒", sort_key="mentorship__apprentice__name_pinyin"),
        Column("unit", label="徒弟单位", accessor="mentorship.unit", sort_key="mentorship__unit__path"),
        Column("side", label="记录人", accessor="get_side_display"), "hours",
        Column("text", label="内容", accessor=lambda row: row.text), "state",
    ]  # fmt: skip
    search_fields = ["text", "mentorship__mentor__name", "mentorship__apprentice__name"]
    filterset_class = LogFilters
    inspect_view_fields = ["mentorship", "phase", "side", "on", "hours", "text", "state", "reply", "decided_at"]

    def read(self, rows):
        return rows.select_related("phase", *(f"mentorship__{name}" for name in PEOPLE))


class ObservationViewSet(ScopedViewSet):
    model = Observation
    policy_class = ReadOnlyPolicy
    icon = "view"
    counted_in = "份"
    list_display = [
        "on", Column("pair", label="师带徒", accessor="phase.mentorship"),
        Column("unit", label="徒弟单位", accessor="phase.mentorship.unit", sort_key="phase__mentorship__unit__path"),
        Column("phase", label="阶段", sort_key="phase__number"),
        Column("total", label="总分", accessor=lambda row: f"{row.total}分"),
        Column("summary", label="总体意见", accessor=lambda row: row.summary),
    ]  # fmt: skip
    search_fields = ["summary", "phase__mentorship__mentor__name", "phase__mentorship__apprentice__name"]
    filterset_class = ObservationFilters
    inspect_view_fields = ["phase", "on", "sheet", "summary", "made_at"]

    def read(self, rows):
        return rows.select_related(*(f"phase__mentorship__{name}" for name in PEOPLE))


class BoardItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(VIEW)


class MentorshipGroup(ModelViewSetGroup):
    items = (MentorshipViewSet, MentorshipPhaseViewSet, LogEntryViewSet, ObservationViewSet)
    menu_label, menu_name, menu_icon, menu_order = "师带徒", "mentorships", "group", 219

    def get_submenu_items(self):
        url = reverse_lazy("mentorship_board:board")
        return [
            BoardItem("单位看板", url, name="mentorship-board", icon_name="table", order=0),
            *super().get_submenu_items(),
        ]
