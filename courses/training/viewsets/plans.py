import django_filters
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column

from courses.training.forms.plans import FilingForm, NewPlanForm, PlanForm, ReasonForm, ResultForm, VisitForm
from courses.training.models import PlanChange, PlanItem, SupervisionVisit, TrainingPlan
from courses.training.services import filing, supervision
from courses.training.services.execution import with_execution
from courses.training.services.plan_log import ACCEPT, APPROVE, CHANGE, FILE, is_above, is_own
from courses.training.services.plans import create_plan, edit_plan
from courses.training.views.plans import PlanCreateView, PlanEditView, PlanIndexView, PlanView, VisitCreateView, told
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet
from lms.people.filters import UnitFilter


class PlanFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(label="年度")
    unit = UnitFilter("unit")

    class Meta:
        model = TrainingPlan
        fields = ["year", "unit", "span", "state"]


def create_by_form(form, actor) -> TrainingPlan:
    return create_plan(form.instance, actor=actor, copies_last=form.cleaned_data["copies_last"])


def edit_by_form(form, actor) -> TrainingPlan:
    return edit_plan(form.instance, actor=actor)


STEPS = (
    Action(
        "approve", "审核", APPROVE, filing.approve_plan,
        lambda plan: f"审核后“{plan}”即可报备，项目不能再直接修改。编制人不能审核自己的计划。", icon="check",
    ),
    Action(
        "reopen", "撤回修改", CHANGE, filing.reopen_plan,
        lambda plan: f"“{plan}”回到编制，修改后须重新审核。", ReasonForm, icon="undo",
    ),
    Action(
        "file", "报备", FILE, filing.file_plan,
        lambda plan: f"“{plan}”将送{plan.unit.get_parent() or plan.unit}备案，办结前不能修改。", FilingForm, icon="upload",
    ),
    Action(
        "accept", "备案", ACCEPT, filing.accept_plan,
        lambda plan: f"备案后{plan.unit}按“{plan}”执行，以后的变更须写明理由。", icon="tick-inverse",
    ),
    Action(
        "return", "退回", ACCEPT, filing.return_plan,
        lambda plan: f"“{plan}”将退回{plan.unit}修改，理由会通知编制人。", ReasonForm, icon="undo",
    ),
    Action(
        "close", "关闭", CHANGE, filing.close_plan,
        lambda plan: f"关闭后“{plan}”不能再变更，已开的班不受影响。", ReasonForm, icon="lock",
    ),
)  # fmt: skip


class TrainingPlanViewSet(ScopedViewSet):
    """Plans; a row opens the page on which everything about it stands."""

    model = TrainingPlan
    icon = "list-ul"
    counted_in = "份"
    add_label = "编制计划"
    list_display = [
        "title", "unit", Column("span", label="期限", accessor="get_span_display"), "year",
        Column("state", label="状态", accessor="get_state_display", sort_key="state"),
        Column("classes", label="期数", sort_key="classes"), Column("attendances", label="人次", sort_key="attendances"),
        Column("person_days", label="人·天", sort_key="person_days"), "filed_at",
        Column("returns", label="退回次数", sort_key="returns"),
    ]  # fmt: skip
    sort_keys = {"unit": "unit__path"}
    search_fields = ["title", "unit__name"]
    filterset_class = PlanFilters
    index_view_class = PlanIndexView
    add_view_class = PlanCreateView
    edit_view_class = PlanEditView
    inspect_view_class = PlanView
    services = {"add": create_by_form, "change": edit_by_form}
    actions = STEPS

    def read(self, rows):
        return rows.with_totals().select_related("unit", "follows__unit", "made_by", "approved_by", "decided_by")

    def get_form_class(self, for_update=False):
        return PlanForm if for_update else NewPlanForm

    def open_actions(self, row, user):
        return [(action, url) for action, url in super().open_actions(row, user) if filing.may(user, action.name, row)]

    def url_after(self, result) -> str:
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class PlanChangeFilters(WagtailFilterSet):
    at = django_filters.DateFromToRangeFilter(label="日期", widget=DateRangePickerWidget)
    year = django_filters.NumberFilter(field_name="plan__year", label="年度")
    unit = UnitFilter("plan__unit")
    plan = django_filters.NumberFilter(field_name="plan", label="计划编号")

    class Meta:
        model = PlanChange
        fields = ["at", "year", "unit", "plan"]


class PlanChangeViewSet(ScopedViewSet):
    """Every change of every plan with its actor; rows are only added, by services."""

    model = PlanChange
    policy_class = ReadOnlyPolicy
    icon = "history"
    list_display = [
        "at", Column("plan", label="计划"), Column("action", label="动作", accessor=lambda row: told(row).label),
        Column("item_number", label="项目", sort_key="item_number"),
        Column("what", label="内容", accessor=lambda row: told(row).summary), "reason", "by",
    ]  # fmt: skip
    search_fields = ["plan__title", "reason", "by__first_name"]
    filterset_class = PlanChangeFilters
    inspect_view_fields = ["at", "plan", "item_number", "reason", "by"]

    def read(self, rows):
        return rows.select_related("plan__unit", "by")


class VisitFilters(WagtailFilterSet):
    STANDINGS = {"overdue": "整改逾期", "open": "整改中", "closed": "已办结"}

    year = django_filters.NumberFilter(field_name="plan__year", label="年度")
    unit = UnitFilter("plan__unit")
    standing = django_filters.ChoiceFilter(label="整改", choices=list(STANDINGS.items()), method="in_standing")

    class Meta:
        model = SupervisionVisit
        fields = ["year", "unit", "standing"]

    def in_standing(self, rows, name, value):
        if value == "closed":
            return rows.exclude(closed_at=None)
        late = Q(due_on__lt=timezone.localdate()) if value == "overdue" else Q()
        return rows.filter(late, closed_at=None)


def visit_by_form(form, actor) -> SupervisionVisit:
    return supervision.record_visit(form.instance, actor=actor)


def standing_of(visit) -> str:
    if not visit.rectification:
        return "无须整改"
    if visit.closed_at:
        return "已办结"
    days = (visit.due_on - timezone.localdate()).days
    return f"逾期{-days}天" if days < 0 else f"还有{days}天"


class SupervisionVisitViewSet(ScopedViewSet):
    model = SupervisionVisit
    policy_class = AddOnlyPolicy
    icon = "view"
    add_label = "记录督导"
    list_display = [
        "visited_on", Column("unit", label="单位", accessor="plan.unit", sort_key="plan__unit__path"),
        Column("plan", label="计划"), "visitors", "findings", "rectification", "due_on",
        Column("standing", label="整改", accessor=standing_of),
    ]  # fmt: skip
    search_fields = ["plan__unit__name", "visitors", "findings", "rectification"]
    filterset_class = VisitFilters
    add_view_class = VisitCreateView
    inspect_view_fields = ["plan", "visited_on", "visitors", "findings", "rectification", "due_on", "result",
                           "closed_at", "made_by"]  # fmt: skip
    services = {"add": visit_by_form}
    actions = (
        Action(
            "report", "填报整改", supervision.CLOSE, supervision.report_rectification,
            lambda visit: f"整改要求：{visit.rectification}", ResultForm, lambda visit: visit.closed_at is None, "edit",
        ),
        Action(
            "close", "销号", supervision.CLOSE, supervision.close_visit,
            lambda visit: f"整改结果：{visit.result or '尚未填报'}。销号后不能再改。",
            is_open=lambda visit: visit.closed_at is None and bool(visit.result), icon="check",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("plan__unit", "made_by")

    def open_actions(self, row, user):
        """Who was visited reports; who is above closes."""
        theirs = {"report": is_own, "close": is_above}
        return [
            (action, url)
            for action, url in super().open_actions(row, user)
            if theirs[action.name](user, action.permission, row.plan.unit)
        ]

    def get_form_class(self, for_update=False):
        return VisitForm


class PlanItemFilters(WagtailFilterSet):
    year = django_filters.NumberFilter(field_name="plan__year", label="年度")
    unit = UnitFilter("plan__unit")

    class Meta:
        model = PlanItem
        fields = ["year", "unit", "event_type", "kind", "layer", "quarter"]


class PlanItemViewSet(ScopedViewSet):
    """Lines of all plans beside what was held; they are written on the plan's own pages."""

    model = PlanItem
    policy_class = ReadOnlyPolicy
    icon = "list-ol"
    counted_in = "项"
    list_display = [
        "title", Column("unit", label="单位", accessor="plan.unit", sort_key="plan__unit__path"),
        Column("year", label="年度", accessor="plan.year", sort_key="plan__year"), "number",
        Column("event_type", label="活动类型", accessor="get_event_type_display"),
        Column("kind", label="培训类型", accessor="get_kind_display"), Column("layer", label="层级", accessor="get_layer_display"),
        "audience", "classes", Column("held", label="已办期数", sort_key="held"),
        Column("attendances", label="计划人次"), Column("attended", label="已训人次", sort_key="attended"),
    ]  # fmt: skip
    search_fields = ["title", "audience", "plan__unit__name"]
    filterset_class = PlanItemFilters
    inspect_view_fields = ["plan", "number", "title", "event_type", "kind", "layer", "audience", "classes", "seats",
                           "days", "hours", "quarter", "follows", "note"]  # fmt: skip

    def read(self, rows):
        return with_execution(rows.select_related("plan__unit", "follows"))
