from django.urls import reverse, reverse_lazy
from django.utils import timezone
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup

from instructors.studios import forms
from instructors.studios.filters import MemberFilters, OutputFilters, PlanItemFilters, ReviewFilters, StudioFilters
from instructors.studios.models import InstructorStudio, StudioMember, StudioOutput, StudioPlanItem, StudioReview
from instructors.studios.services.reviews import decide_review, open_review, sheet_of
from instructors.studios.services.studios import (
    CHANGE,
    DECIDE,
    VIEW,
    add_member,
    approve_studio,
    change_studio,
    dissolve_studio,
    end_member,
    propose_studio,
)
from instructors.studios.services.work import add_output, add_plan_item, finish_plan_item
from instructors.studios.views.console import ReviewPage, StudioPage
from lms.kit.viewsets import Action, ReadOnlyPolicy, ScopedViewSet

State = InstructorStudio.State


def is_running(row) -> bool:
    return row.is_running


def studio_url(row) -> str:
    return reverse("instructorstudio:inspect", args=[row.pk])


class StudioViewSet(ScopedViewSet):
    model = InstructorStudio
    icon = "group"
    counted_in = "个"
    add_label = "申报工作室"
    list_display = [
        "name", Column("unit", label="所在单位", sort_key="unit__path"),
        Column("lead", label="领衔人", accessor="lead.name", sort_key="lead__name"), "state",
        Column("member_count", label="成员（人）"),
        Column("plan", label="本年计划", accessor=lambda row: f"{row.done}/{row.planned}项"),
        Column("output_count", label="本年成果（项）"), "until_on",
    ]  # fmt: skip
    search_fields = ["name", "lead__name"]
    filterset_class = StudioFilters
    inspect_view_class = StudioPage
    inspect_view_fields = ["name"]
    services = {
        "add": lambda form, actor: propose_studio(form.instance, form.cleaned_data["topics"], actor=actor),
        "change": lambda form, actor: change_studio(form.instance, form.cleaned_data["topics"], actor=actor),
    }
    actions = (
        Action(
            "approve", "批准设立", DECIDE, approve_studio,
            lambda row: f"批准设立“{row}”，领衔人{row.lead.name}。批准后计入本年目标，公开页面即可看到。",
            is_open=lambda row: row.state == State.PROPOSED, icon="check",
        ),
        Action(
            "member", "增加成员", CHANGE, add_member, lambda row: f"为“{row}”增加成员，应是在聘教员。",
            forms.MemberForm, is_running, "user",
        ),
        Action(
            "plan", "增加计划", CHANGE, add_plan_item, lambda row: f"为“{row}”增加一项年度任务。",
            forms.PlanItemForm, is_running, "list-ul",
        ),
        Action(
            "output", "登记成果", CHANGE, add_output,
            lambda row: f"为“{row}”登记一项成果；课程、课件和带教请选到已有的记录。", forms.OutputForm, is_running, "doc-full",
        ),
        Action(
            "review", "发起评审", DECIDE, open_review,
            lambda row: f"按规则R45的评分表评审“{row}”，评审人互不可见，到齐后由另一人作出结论。",
            forms.OpenReviewForm, is_running, "form",
        ),
        Action(
            "dissolve", "撤销", DECIDE, dissolve_studio,
            lambda row: f"“{row}”撤销后不能恢复：现任成员一并退出，公开页面关闭，不再计入本年目标。",
            forms.ReasonForm, lambda row: row.state != State.DISSOLVED, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        today = timezone.localdate()
        return rows.select_related("unit", "lead__officer", "made_by", "checked_by").with_year(today.year, today)

    def url_after(self, result):
        return studio_url(result if isinstance(result, InstructorStudio) else result.studio)

    def get_form_class(self, for_update=False):
        return forms.StudioForm


class OfStudio(ScopedViewSet):
    """Rows of a studio; written on its page, listed here."""

    policy_class = ReadOnlyPolicy

    def read(self, rows):
        return rows.select_related("studio__unit")

    def url_after(self, result):
        return studio_url(result.studio)


STUDIO = (
    Column("studio", label="工作室", sort_key="studio__name"),
    Column("unit", label="所在单位", accessor="studio.unit", sort_key="studio__unit__path"),
)


class StudioMemberViewSet(OfStudio):
    model = StudioMember
    icon = "user"
    counted_in = "人次"
    list_display = [
        Column("name", label="成员", accessor="instructor.name", sort_key="instructor__name"), *STUDIO, "duty", "from_on",
        "until_on",
    ]  # fmt: skip
    search_fields = ["instructor__name", "studio__name"]
    filterset_class = MemberFilters
    inspect_view_fields = ["studio", "instructor", "duty", "from_on", "until_on"]
    actions = (
        Action(
            "end", "办理退出", CHANGE, end_member, lambda row: f"“{row}”自退出日期次日起不再是成员，经历保留。",
            forms.LeavingForm, lambda row: row.until_on is None, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("studio__unit", "instructor__officer")


class StudioPlanItemViewSet(OfStudio):
    model = StudioPlanItem
    icon = "list-ul"
    counted_in = "项"
    list_display = ["title", *STUDIO, "year", "kind", "target", "due_on", "done_on"]
    search_fields = ["title", "studio__name"]
    filterset_class = PlanItemFilters
    inspect_view_fields = ["studio", "year", "title", "kind", "target", "due_on", "done_on", "done_note"]
    actions = (
        Action(
            "done", "完成", CHANGE, finish_plan_item, lambda row: f"“{row}”（{row.target}项）记为完成，不能撤回。",
            forms.DoneForm, lambda row: row.done_on is None and row.studio.is_running, "check",
        ),
    )  # fmt: skip


class StudioOutputViewSet(OfStudio):
    model = StudioOutput
    icon = "doc-full"
    counted_in = "项"
    list_display = ["title", *STUDIO, "kind", "on", "is_public"]
    search_fields = ["title", "studio__name"]
    filterset_class = OutputFilters
    inspect_view_fields = [
        "studio",
        "kind",
        "title",
        "on",
        "course",
        "courseware",
        "mentorship",
        "is_public",
        "made_by",
    ]


def sheets_of(row) -> str:
    return f"{row.sheet_count}/{sheet_of(row).reviewers}份"


class StudioReviewViewSet(OfStudio):
    model = StudioReview
    icon = "form"
    counted_in = "次"
    list_display = [
        Column("name", label="评审", accessor=str, sort_key="year"), *STUDIO, "year",
        Column("sheets", label="评分表", accessor=sheets_of), "decision", "decided_at",
    ]  # fmt: skip
    search_fields = ["studio__name"]
    filterset_class = ReviewFilters
    inspect_view_class = ReviewPage
    inspect_view_fields = ["year"]
    actions = (
        Action(
            "decide", "作出结论", DECIDE, decide_review,
            lambda row: f"“{row}”评分表{sheets_of(row)}。结论作出后不能更改，并告知领衔人；撤销的，工作室即行撤销。",
            forms.DecisionForm, lambda row: not row.decision and row.sheet_count >= sheet_of(row).reviewers, "check",
        ),
    )  # fmt: skip

    def read(self, rows):
        rows = rows.select_related("studio__unit", "studio__lead__officer", "rule_version", "opened_by", "decided_by")
        return rows.with_sheet_count()

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class BoardItem(MenuItem):
    def is_shown(self, request):
        return request.user.has_perm(VIEW)


class StudiosGroup(ModelViewSetGroup):
    items = (StudioViewSet, StudioMemberViewSet, StudioPlanItemViewSet, StudioOutputViewSet, StudioReviewViewSet)
    menu_label, menu_name, menu_icon, menu_order = "师资工作室", "studios", "group", 220

    def get_submenu_items(self):
        url = reverse_lazy("studios_console:board")
        return [
            BoardItem("目标看板", url, name="studio-board", icon_name="table", order=0),
            *super().get_submenu_items(),
        ]
