from django.urls import reverse
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import CreateView, IndexView, InspectView

from instructors.pool.filters import NominationFilters, RoundFilters
from instructors.pool.forms.appointments import ReasonForm
from instructors.pool.forms.selection import NominationForm, PassForm, RoundForm, TrialForm
from instructors.pool.models import Nomination, SelectionRound
from instructors.pool.services.board import build_board
from instructors.pool.services.selection import (
    ARRANGE,
    CHANGE,
    arrange_trial,
    close_round,
    nominate,
    open_round,
    start_reviews,
)
from instructors.pool.services.trials import DECIDE, fail_nomination, offer_for, pass_nomination
from lms.kit.viewsets import Action, AddOnlyPolicy, ScopedPolicy, ScopedViewSet

State, RoundState = Nomination.State, SelectionRound.State


def counted(actual: int, target: int) -> str:
    return f"{actual}/{target}"


class RoundPage(InspectView):
    """Its names with their marks, and beside them how far the year's targets are reached."""

    template_name = "pool/round.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        may_act = SelectionRound.objects.within(user, CHANGE).filter(pk=row.pk).exists()
        found = row.nominations.visible_to(user).with_scores().select_related("officer", "unit", "appointment")
        return super().get_context_data(**kwargs) | {
            "row": row, "nominations": found.order_by("unit__path", "pk"), "board": build_board(user, row.year),
            "may_act": may_act, "passed": row.nominations.filter(state=State.PASSED).count(),
            "acts": [
                {"label": action.label, "url": url} for action, url in self.viewset.open_actions(row, user) if may_act
            ],
        }  # fmt: skip


class RoundIndex(IndexView):
    def get_edit_url(self, instance):
        """A row leads to the round's own page, from where it is changed."""
        return ""


class SelectionRoundViewSet(ScopedViewSet):
    model = SelectionRound
    policy_class = ScopedPolicy
    icon = "list-ol"
    counted_in = "轮"
    add_label = "发起选聘"
    index_view_class = RoundIndex
    list_display = [
        "title", "year", "level",
        Column("unit", label="选聘单位", sort_key="unit__path"),
        "state", "closes_on",
        Column("nominated", label="人选", accessor="nominated", sort_key="nominated"),
        Column("appointed", label="已聘/计划", accessor=lambda row: counted(row.appointed, row.target)),
    ]  # fmt: skip
    search_fields = ["title"]
    filterset_class = RoundFilters
    inspect_view_class = RoundPage
    inspect_view_fields = ["title"]
    services = {"add": lambda form, actor: open_round(form.instance, actor=actor)}
    actions = (
        Action(
            "review", "转入试讲评审", CHANGE, start_reviews, lambda row: f"“{row}”不再接受推荐，转入试讲评审。",
            is_open=lambda row: row.state == RoundState.OPEN, icon="check",
        ),
        Action(
            "close", "结束本轮", CHANGE, close_round, lambda row: f"“{row}”结束后不再作出结论。",
            is_open=lambda row: row.state == RoundState.REVIEWING, icon="lock",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("unit").with_counts()

    def get_form_class(self, for_update=False):
        return RoundForm

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])


class NominateView(CreateView):
    def get_initial(self):
        return super().get_initial() | {"round": self.request.GET.get("round", "")}


class NominationPage(InspectView):
    template_name = "pool/nomination.html"

    def get_context_data(self, **kwargs):
        row, user = self.object, self.request.user
        may_act = Nomination.objects.within(user, ARRANGE).filter(pk=row.pk).exists()
        # Marks stay closed until all are in: who marks last is to know no other's.
        reviews = row.reviews.select_related("reviewer")
        is_complete = row.state != State.TRIAL or all(one.scored_at for one in reviews)
        return super().get_context_data(**kwargs) | {
            "row": row, "reviews": reviews if may_act else [], "is_complete": is_complete, "may_act": may_act,
            "acts": [
                {"label": action.label, "url": url} for action, url in self.viewset.open_actions(row, user) if may_act
            ],
        }  # fmt: skip


def mean_of(row) -> str:
    """Nothing before everybody asked has marked."""
    return f"{row.mean:.1f}" if row.mean is not None and row.scored == row.asked else "—"


def pass_with_term(row, *, actor, from_on, until_on=None, reason=""):
    return pass_nomination(row, actor=actor, offer=offer_for(row, from_on, until_on), reason=reason)


def is_in(*states):
    return lambda row: row.state in states


class NominationViewSet(ScopedViewSet):
    model = Nomination
    policy_class = AddOnlyPolicy
    icon = "user"
    counted_in = "人"
    add_label = "推荐人选"
    list_display = [
        Column("officer", label="人选", accessor=lambda row: row.officer.name, sort_key="officer__name_pinyin"),
        Column("unit", label="单位", sort_key="unit__path"),
        Column("round", label="选聘轮次"),
        "source", "state",
        Column("scored", label="已评/评审人", accessor=lambda row: counted(row.scored, row.asked)),
        Column("mean", label="试讲平均分", accessor=mean_of),
        "made_at",
    ]  # fmt: skip
    search_fields = ["officer__name", "officer__staff_no"]
    filterset_class = NominationFilters
    add_view_class = NominateView
    inspect_view_class = NominationPage
    inspect_view_fields = ["officer"]
    services = {
        "add": lambda form, actor: nominate(form.cleaned_data["round"], form.officer, form.profile, actor=actor)
    }
    actions = (
        Action(
            "trial", "安排试讲", ARRANGE, arrange_trial, lambda row: f"{row.officer}的试讲安排将通知本人和评审人。", TrialForm,
            is_in(State.NOMINATED, State.TRIAL), "calendar",
        ),
        Action(
            "pass", "评审通过", DECIDE, pass_with_term,
            lambda row: f"{row.officer}通过评审，按推荐的专题和事项提出聘任，由另一人审批后生效。", PassForm, is_in(State.TRIAL), "check",
        ),
        Action(
            "fail", "不通过", DECIDE, fail_nomination, lambda row: f"{row.officer}未通过，理由告知本人。", ReasonForm,
            is_in(State.TRIAL), "cross",
        ),
    )  # fmt: skip

    def read(self, rows):
        return rows.select_related("officer", "unit", "round__unit", "appointment").with_scores()

    def get_form_class(self, for_update=False):
        return NominationForm

    def url_after(self, result):
        return reverse(self.get_url_name("inspect"), args=[result.pk])
