from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import InspectView
from wagtail.admin.viewsets.model import ModelViewSetGroup

from instructors.bases.filters import BaseFilters, DecisionFilters, ReviewFilters, RoundFilters, SheetFilters
from instructors.bases.forms import ChecklistForm, CourseForm, NoteForm, ReasonForm, ReviewForm, RoundForm
from instructors.bases.models import BaseChecklist, BaseDecision, BaseReview, BaseRound, PracticeBase, ScoreSheet
from instructors.bases.services import decisions, naming, reviews, rounds
from instructors.bases.services.offices import DECIDE, KEEP, PASS
from instructors.bases.services.reviews import State
from instructors.bases.views.bases import BaseIndexView, BaseView
from instructors.bases.views.reviews import ReviewCreateView, ReviewEditView, ReviewIndexView, ReviewView
from lms.kit.viewsets import Action, AddOnlyPolicy, ReadOnlyPolicy, ScopedViewSet


def standing_of(row: BaseRound) -> str:
    today = timezone.localdate()
    if today < row.opens_on:
        return "未开始"
    return "申报中" if today <= row.closes_on else "已截止"


class RoundViewSet(ScopedViewSet):
    model = BaseRound
    icon = "calendar-alt"
    counted_in = "轮"
    add_label = "开启创建轮次"
    list_display = [
        "title", "year", "opens_on", "closes_on", "places",
        Column("standing", label="状态", accessor=standing_of),
    ]  # fmt: skip
    search_fields = ["title"]
    filterset_class = RoundFilters
    inspect_view_fields = ["title", "year", "opens_on", "closes_on", "places", "note", "made_by"]
    services = {
        "add": lambda form, actor: rounds.open_round(form.instance, actor=actor),
        "change": lambda form, actor: rounds.change_round(form.instance, actor=actor),
    }

    def get_form_class(self, for_update=False):
        return RoundForm


class ChecklistInspectView(InspectView):
    template_name = "bases/checklist.html"


def draft_by_form(form, actor) -> BaseChecklist:
    return rounds.draft_checklist(form.cleaned_data["lines"], form.cleaned_data["source_note"], actor=actor)


class ChecklistViewSet(ScopedViewSet):
    model = BaseChecklist
    policy_class = AddOnlyPolicy
    icon = "list-ol"
    counted_in = "版"
    add_label = "起草新版"
    list_display = [
        "__str__", Column("count", label="条目", accessor=lambda row: len(row.items)), "source_note",
        Column("state", label="状态", accessor=lambda row: "已批准" if row.is_checked else "待批准"), "made_by", "checked_by",
    ]  # fmt: skip
    sort_keys = {"__str__": "number"}
    search_fields = ["source_note"]
    inspect_view_class = ChecklistInspectView
    inspect_view_fields = ["number", "source_note", "made_by", "checked_by"]
    services = {"add": draft_by_form}
    actions = (
        Action(
            "approve", "批准", "bases.approve_basechecklist", rounds.approve_checklist,
            lambda row: f"批准后，新受理的申报按第{row.number}版评分，正在评分的不变；批准后不能修改。",
            is_open=lambda row: not row.is_checked, icon="check",
        ),
        Action(
            "discard", "作废草稿", "bases.add_basechecklist", rounds.discard_checklist,
            lambda row: f"第{row.number}版草稿将被删除。", is_open=lambda row: not row.is_checked, icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("made_by", "checked_by")

    def get_form_class(self, for_update=False):
        return ChecklistForm


def decided_score(review: BaseReview):
    """Of the last decision in force: before it no score is told."""
    found = [decision for decision in review.decisions.all() if decision.is_checked]
    return max(found, key=lambda decision: decision.pk).score if found else None


def rectified_means(review: BaseReview) -> str:
    until = f"期限{review.due_on:%Y年%-m月%-d日}。" if review.due_on else ""
    return f"“{review}”整改{until}填报后由评审员再次现场评分。"


STEPS = (
    Action(
        "submit", "提交区审", KEEP, reviews.submit_review, lambda row: f"“{row}”提交后不能修改，由本区另一人审核。",
        is_open=lambda row: row.is_editable, icon="upload",
    ),
    Action(
        "pass", "区审通过", PASS, reviews.pass_review, lambda row: f"“{row}”将送市局教育培训处。填报人不能审核自己的申报。",
        is_open=lambda row: row.state == State.DISTRICT, icon="check",
    ),
    Action(
        "accept", "市审通过", DECIDE, reviews.accept_review,
        lambda row: f"“{row}”进入现场评分，按现行评分细则和规则R29，以后修订不影响本次。",
        is_open=lambda row: row.state == State.CITY, icon="check",
    ),
    Action(
        "return", "退回修改", PASS, reviews.return_review, lambda row: f"“{row}”将退回{row.unit}，理由原文告知。", ReasonForm,
        lambda row: row.state in (State.DISTRICT, State.CITY), "undo",
    ),
    Action(
        "rectified", "填报整改", KEEP, reviews.report_rectification,
        rectified_means, NoteForm,
        lambda row: row.state == State.RECTIFYING and row.due_on >= timezone.localdate(), "edit",
    ),
)  # fmt: skip


def begin_by_form(form, actor) -> BaseReview:
    review = reviews.begin_review(form.save(commit=False), actor=actor)
    form.save_m2m()
    return review


def edit_by_form(form, actor) -> BaseReview:
    review = reviews.edit_review(form.save(commit=False), actor=actor)
    form.save_m2m()
    return review


class ReviewViewSet(ScopedViewSet):
    """Applications and re-reviews; a row opens the page on which everything about it stands."""

    model = BaseReview
    icon = "form"
    counted_in = "件"
    add_label = "申报基地"
    list_display = [
        "name", Column("kind", label="类别", accessor="kind_label"), Column("round", label="轮次"),
        Column("unit", label="申报单位", sort_key="unit__path"), "theme",
        Column("state", label="状态", accessor="get_state_display", sort_key="state"),
        Column("score", label="得分", accessor=decided_score), "due_on",
    ]  # fmt: skip
    search_fields = ["name", "theme", "unit__name"]
    filterset_class = ReviewFilters
    index_view_class = ReviewIndexView
    add_view_class, edit_view_class, inspect_view_class = ReviewCreateView, ReviewEditView, ReviewView
    services = {
        "add": begin_by_form,
        "change": edit_by_form,
    }
    actions = STEPS

    def read(self, rows):
        rows = rows.select_related("unit", "round", "base__venue", "course", "made_by", "passed_by", "accepted_by")
        return rows.select_related("checklist", "rule_version").prefetch_related("decisions")

    def get_form_class(self, for_update=False):
        return ReviewForm

    def open_actions(self, row, user):
        """At the district its office sends back, at the city the city's."""
        found = super().open_actions(row, user)
        if row.state == State.CITY and not user.has_perm(DECIDE):
            return [(action, url) for action, url in found if action.name != "return"]
        return found

    def url_after(self, result) -> str:
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class SheetViewSet(ScopedViewSet):
    """Every sheet, for those who oversee the scoring; reviewers have a desk of their own."""

    model = ScoreSheet
    policy_class = ReadOnlyPolicy
    icon = "form"
    counted_in = "份"
    menu_label = "评分表"
    list_display = [
        "review", Column("unit", label="申报单位", accessor="review.unit", sort_key="review__unit__path"), "turn",
        Column("reviewer", label="评审员"), "is_third",
        Column("total", label="得分", accessor=lambda row: row.total if row.is_submitted else None), "submitted_at",
    ]  # fmt: skip
    search_fields = ["review__name", "reviewer__first_name"]
    filterset_class = SheetFilters
    inspect_view_fields = [
        "review",
        "turn",
        "reviewer",
        "is_third",
        "remarks",
        "assigned_by",
        "assigned_at",
        "submitted_at",
    ]

    def read(self, rows):
        return rows.select_related("review__unit", "reviewer", "assigned_by")


CONSEQUENCES = {
    "NAME": "命名后即建立场所、开放预订并签发牌匾证书，公开名单随即可见。",
    "RETAIN": "复审合格，使用期限延长一个周期。",
    "RECTIFY": "申报单位须在规定天数内整改，之后再次现场评分。",
    "REFUSE": "本次申报办结，理由原文告知申报单位。",
    "REMOVE": "撤销命名：停止预订，撤销牌匾证书，从公开名单移除，不能恢复。",
}


def consequence_of(row: BaseDecision) -> str:
    score = f"得分{row.score}分。" if row.score is not None else ""
    reason = f"理由：{row.reason.rstrip('。')}。" if row.reason else ""
    return f"{row}。{score}{reason}{CONSEQUENCES[row.outcome]}"


class DecisionViewSet(ScopedViewSet):
    model = BaseDecision
    policy_class = ReadOnlyPolicy
    icon = "tasks"
    counted_in = "项"
    menu_label = "决定与复核"
    list_display = [
        Column("about", label="基地", accessor=lambda row: str(row.review or row.base)),
        Column("unit", label="单位"), Column("outcome", label="决定", accessor="get_outcome_display", sort_key="outcome"),
        "score", "reason",
        Column("state", label="状态", accessor=lambda row: "已生效" if row.is_checked else "待复核"), "made_by", "checked_by",
    ]  # fmt: skip
    search_fields = ["reason"]
    filterset_class = DecisionFilters
    inspect_view_fields = [
        "review", "base", "turn", "outcome", "score", "reason", "made_by", "made_at", "checked_by", "checked_at",
    ]  # fmt: skip
    actions = (
        Action(
            "approve", "复核通过", decisions.CHECK, decisions.approve_decision, consequence_of,
            is_open=lambda row: not row.is_checked, icon="check",
        ),
        Action(
            "withdraw", "撤回", DECIDE, decisions.withdraw_decision, lambda row: f"{row}将被撤回，可以重新提出。",
            is_open=lambda row: not row.is_checked, icon="bin",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("review__unit", "base__venue__unit", "made_by", "checked_by")


class BaseViewSet(ScopedViewSet):
    model = PracticeBase
    policy_class = ReadOnlyPolicy
    icon = "site"
    counted_in = "家"
    list_display = [
        Column("name", label="基地", accessor="venue.name", sort_key="venue__name"),
        Column("unit", label="管理单位", sort_key="venue__unit__path"), "theme",
        Column("course", label="精品实践课程", accessor=lambda row: row.course.title if row.course else None),
        Column("state", label="状态", accessor="get_state_display", sort_key="state"), "named_on", "review_due_on",
        Column("is_open", label="可预订", accessor="venue.is_open"),
    ]  # fmt: skip
    search_fields = ["venue__name", "theme", "venue__unit__name"]
    filterset_class = BaseFilters
    index_view_class = BaseIndexView
    inspect_view_class = BaseView
    actions = (
        Action(
            "course", "登记精品课程", "bases.change_practicebase", naming.set_course,
            lambda row: f"“{row}”现为“{row.course.title if row.course else '未登记'}”。一个基地对应一门精品课程。", CourseForm,
            lambda row: row.state != PracticeBase.State.REMOVED, "doc-full",
        ),
        Action(
            "remove", "提出撤销", DECIDE, decisions.propose_removal,
            lambda row: f"“{row}”撤销后停止预订、撤销牌匾证书并从公开名单移除，由另一人复核后生效。", ReasonForm,
            lambda row: row.state != PracticeBase.State.REMOVED, "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("venue__unit", "course", "naming")

    def url_after(self, result) -> str:
        if isinstance(result, BaseDecision):
            return reverse("basedecision:inspect", args=[result.pk])
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class BasesGroup(ModelViewSetGroup):
    items = (BaseViewSet, ReviewViewSet, RoundViewSet, SheetViewSet, DecisionViewSet, ChecklistViewSet)
    menu_label, menu_name, menu_icon, menu_order = "实践教学基地", "bases", "site", 219
