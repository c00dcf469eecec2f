"""结业办理, 科队训练, 考核成绩: lists of what ends, and what can be done about it."""

from datetime import date

import django_filters
from django.db.models import Q, Value
from django.utils import timezone
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from courses.training import workdays
from courses.training.forms.classes import ReasonForm
from courses.training.forms.completion import PartsForm
from courses.training.models import AssessmentScore, Completion, TeamSession, TrainingClass
from courses.training.services.approval import approve_class
from courses.training.services.assessments import set_parts
from courses.training.services.attendance import days
from courses.training.services.cancellation import cancel_class
from courses.training.services.completion import CANCEL, CHECK, POST, check_class, return_class
from courses.training.services.posting import post_class
from courses.training.views.completion import CompletionPage
from courses.training.views.team_review import TeamSessionPage
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet
from lms.people.filters import UnitFilter

State, Form = TrainingClass.State, TrainingClass.Form
ENDING = (State.READY, State.CHECKED, State.POSTED)
TEAM_STATES = {State.READY: "待提交", State.CHECKED: "待审核", State.POSTED: "已入账"}


def in_state(*states):
    return lambda row: row.state in states


def overdue(row) -> str:
    """Working days past the day by which hours should have been posted."""
    if row.state not in (State.READY, State.CHECKED):
        return ""
    late = workdays.between(workdays.after(row.ends_on, row.posting_days), timezone.localdate())
    return f"逾期{late}个工作日" if late else ""


def overdue_before(today: date) -> date:
    return workdays.before(today, days("posting_days", today))


class EndingFilters(WagtailFilterSet):
    unit = UnitFilter("unit", "主办单位")
    year = django_filters.NumberFilter(field_name="ends_on", lookup_expr="year", label="年度")
    late = django_filters.BooleanFilter(label="逾期未入账", method="is_late")

    class Meta:
        model = Completion
        fields = ["state", "unit", "year", "late"]

    def is_late(self, rows, name, value):
        late = Q(state__in=[State.READY, State.CHECKED], ends_on__lt=overdue_before(timezone.localdate()))
        return rows.filter(late) if value else rows.exclude(late)


class TeamFilters(EndingFilters):
    class Meta:
        model = TeamSession
        fields = ["state", "is_sampled", "unit", "year", "late"]


PARTS = Action(
    "parts", "考核设置", CHECK, set_parts,
    lambda row: f"“{row}”现有考核：{'、'.join(map(str, row.parts.all())) or '无'}。这里填的取代现有设置，已有成绩的项目不能取消。",
    PartsForm, in_state(State.READY), "form",
)  # fmt: skip
CHECKING = Action(
    "check", "核对", CHECK, check_class,
    lambda row: f"“{row}”学员{row.seats_taken}人的结果将按考勤和成绩确定，之后由另一人审批入账；审批前可退回。",
    is_open=in_state(State.READY), icon="check",
)  # fmt: skip
POSTING = Action(
    "post", "审批入账", POST, approve_class,
    lambda row: f"“{row}”学员{row.seats_taken}人的学时学分将记入台账并通知本人；入账后只能通过更正、申诉或取消班次冲正。",
    is_open=in_state(State.CHECKED), icon="check",
    told=lambda job: f"人数较多，已转后台办理，见任务“{job}”。" if job else "",
)  # fmt: skip
RETURNING = Action(
    "return", "退回", POST, return_class,
    lambda row: f"“{row}”退回核对人修改，已定的结果重新放开。", ReasonForm, in_state(State.CHECKED), "undo",
)  # fmt: skip
CANCELLING = Action(
    "cancel", "取消培训", CANCEL, cancel_class,
    lambda row: f"“{row}”取消后不能恢复：场地释放，学员收到通知；已入账的学时、授课学时全部冲正，已发证书提请撤销。",
    ReasonForm, lambda row: row.state != State.CANCELLED, "cross",
)  # fmt: skip


class EndingViewSet(ScopedViewSet):
    policy_class = ReadOnlyPolicy
    sort_keys = {"state": "state"}
    search_fields = ["title", "unit__name"]
    inspect_view_fields = ["title"]
    form = ""

    def read(self, rows):
        limit = Value(days("posting_days", timezone.localdate()))
        found = rows.filter(form=self.form, state__in=ENDING).with_seats_taken().annotate(posting_days=limit)
        return found.select_related("unit", "checked_by", "posted_by", "head_teacher")


class CompletionViewSet(EndingViewSet):
    model = Completion
    form = Form.CLASS
    icon = "clipboard-list"
    counted_in = "个班"
    list_display = [
        "title",
        Column("unit", label="主办单位", sort_key="unit__path"),
        Column("ends_on", label="结束日期", sort_key="ends_on"),
        Column("seats_taken", label="学员", sort_key="seats_taken"),
        "state",
        Column("overdue", label="期限", accessor=overdue),
        Column("checked_by", label="核对人"), Column("posted_by", label="审批人"),
    ]  # fmt: skip
    filterset_class = EndingFilters
    inspect_view_class = CompletionPage
    actions = (PARTS, CHECKING, POSTING, RETURNING, CANCELLING)


class TeamSessionViewSet(EndingViewSet):
    model = TeamSession
    form = Form.TEAM_SESSION
    icon = "group"
    counted_in = "次"
    list_display = [
        "title",
        Column("unit", label="中队", sort_key="unit__path"),
        Column("ends_on", label="日期", sort_key="ends_on"),
        Column("signed", label="到训/应训", accessor=lambda row: f"{row.signed}/{row.seats_taken}人"),
        Column("state_words", label="状态", accessor=lambda row: TEAM_STATES[row.state], sort_key="state"),
        "is_sampled",
        Column("overdue", label="期限", accessor=overdue),
        Column("checked_by", label="提交人"), Column("posted_by", label="审核人"),
    ]  # fmt: skip
    filterset_class = TeamFilters
    inspect_view_class = TeamSessionPage
    actions = (
        Action(
            "post", "审核入账", POST, post_class,
            lambda row: f"“{row}”到训{row.signed}人的学时将记入台账并通知本人。",
            is_open=in_state(State.CHECKED), icon="check",
        ),
        RETURNING, CANCELLING,
    )  # fmt: skip

    def read(self, rows):
        return super().read(rows).with_signed()


class ScoreFilters(WagtailFilterSet):
    kind = django_filters.ChoiceFilter(
        field_name="part__kind",
        label="方式",
        choices=AssessmentScore._meta.get_field("part").related_model.Kind.choices,
    )
    unit = UnitFilter("enrollment__unit", "学员单位")

    class Meta:
        model = AssessmentScore
        fields = ["kind", "is_passed", "unit"]


class ScoreViewSet(ScopedViewSet):
    """Every value somebody was given, with the version of the standard it was judged by."""

    model = AssessmentScore
    policy_class = ReadOnlyPolicy
    icon = "form"
    list_display = [
        Column("enrollment", label="学员", sort_key="enrollment__officer__name_pinyin"),
        Column("training_class", label="培训班", accessor="part.training_class"),
        Column("part", label="考核"),
        "item", "value", "is_passed",
        Column("standard", label="所依标准"), Column("judge", label="评委"),
        "recorded_by", "recorded_at",
    ]  # fmt: skip
    search_fields = ["enrollment__officer__name", "enrollment__officer__staff_no", "part__training_class__title"]
    filterset_class = ScoreFilters
    inspect_view_fields = [
        "enrollment",
        "part",
        "item",
        "judge",
        "value",
        "is_passed",
        "standard",
        "recorded_by",
        "recorded_at",
    ]

    def read(self, rows):
        return rows.select_related(
            "enrollment__officer", "enrollment__guest", "part__training_class", "standard__rule", "judge", "recorded_by"
        )
