"""The console's page of one application, and what is done from it that needs the row to choose from."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.views.generic import CreateView, EditView, IndexView, InspectView

from instructors.bases.forms import AssignForm, DecisionForm, MaterialForm
from instructors.bases.models import BaseDecision, BaseReview, BaseRound, Part, ScoreSheet
from instructors.bases.services import decisions, scoring
from instructors.bases.services.offices import DECIDE, KEEP
from instructors.bases.services.reviews import State, missing_of, page_of
from instructors.bases.terms import terms_of
from lms.people.models import User

SEE_SCORES = "bases.view_scoresheet"
STEPS = ("填报", "区审", "市审", "现场评分", "决定")
REACHED = {
    State.DRAFT: 0, State.RETURNED: 0, State.DISTRICT: 1, State.CITY: 2, State.SCORING: 3, State.SCORED: 4,
    State.RECTIFYING: 4,
}  # fmt: skip


class ReviewIndexView(IndexView):
    def get_edit_url(self, instance):
        """Rows lead to the application's page, from which everything else is done."""


class ReviewCreateView(CreateView):
    def get_success_url(self):
        return page_of(self.object)

    def get_initial(self):
        own = next(iter(self.request.user.scope("bases.add_basereview")), None)
        current = BaseRound.objects.open_on(timezone.localdate()).first()
        return super().get_initial() | {"unit": own, "round": current}


class ReviewEditView(EditView):
    def get_success_url(self):
        return page_of(self.object)


class ReviewView(InspectView):
    template_name = "bases/review.html"

    def get_context_data(self, **kwargs):
        review, user = self.object, self.request.user
        is_ours = BaseReview.objects.filter(pk=review.pk).within(user, KEEP).exists()
        return super().get_context_data(**kwargs) | {
            "review": review,
            "steps": self.viewset.open_actions(review, user),
            "way": way_of(review),
            "missing": missing_of(review) if review.is_editable else [],
            "parts": materials_by_part(review),
            "trainers": review.trainers.all(),
            "form": MaterialForm() if is_ours and review.takes_materials else None,
            "may_edit": is_ours and review.is_editable,
            "decisions": review.decisions.select_related("made_by", "checked_by").order_by("id"),
            "today": timezone.localdate(),
        } | scores_of(review, user)  # fmt: skip


def way_of(review: BaseReview) -> list[tuple[str, bool, str]]:
    """(step, done, by whom and when)."""
    reached = REACHED.get(State(review.state), len(STEPS))
    told = [
        _signed(review.made_by, review.made_at), _signed(review.passed_by, review.passed_at),
        _signed(review.accepted_by, review.accepted_at),
        f"第{review.turn}次" if review.accepted_at else "", review.get_state_display() if reached > 3 else "",
    ]  # fmt: skip
    return [(name, place < reached, told[place]) for place, name in enumerate(STEPS)]


def _signed(user: User | None, at) -> str:
    return f"{user.get_full_name()}　{timezone.localtime(at):%Y年%-m月%-d日}" if user and at else ""


def materials_by_part(review: BaseReview) -> list[tuple[Part, list]]:
    rows = list(review.materials.without_content())
    return [(part, [row for row in rows if row.part == part]) for part in Part]


def scores_of(review: BaseReview, user) -> dict:
    """How far the scoring is for everybody; who gave what only for those who oversee it and do not score."""
    asked = review.sheets.filter(turn=review.turn)
    context = {"sheet_count": asked.count(), "submitted_count": asked.submitted().count()}
    may_see = user.has_perm(SEE_SCORES) and BaseReview.objects.filter(pk=review.pk).within(user, SEE_SCORES).exists()
    if not may_see or review.sheets.filter(reviewer=user).exists():
        return context
    sheets = list(review.sheets.visible_to(user).select_related("reviewer").order_by("turn", "is_third", "id"))
    context |= {"sheets": [(sheet, by_part(review, sheet)) for sheet in sheets], "part_list": list(Part)}
    may_decide = BaseReview.objects.filter(pk=review.pk).within(user, DECIDE).exists()
    if review.rule_version:
        context |= {"terms": terms_of(review.rule_version), "score": scoring.score_of(review)}
    return context | {
        "may_assign": may_decide and review.state == State.SCORING and (
            context["sheet_count"] < scoring.FIRST or scoring.waits_for_third(review)
        ),
        "is_third": scoring.waits_for_third(review),
        "may_take_back": may_decide and review.state == State.SCORING,
        "may_decide": may_decide and bool(decisions.possible(review))
        and not review.decisions.filter(checked_by=None).exists(),
    }  # fmt: skip


def by_part(review: BaseReview, sheet: ScoreSheet) -> list[int]:
    points = sheet.points
    return [sum(points.get(item["key"], 0) for item in items) for _, items in review.checklist.parts()]


def review_to_decide(request, pk: int) -> BaseReview:
    rows = BaseReview.objects.visible_to(request.user).within(request.user, DECIDE)
    return get_object_or_404(rows.select_related("unit", "round", "base", "checklist", "rule_version"), pk=pk)


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def assign(request, pk):
    """Two reviewers of other districts, or the third where those two are too far apart."""
    review = review_to_decide(request, pk)
    is_third = scoring.waits_for_third(review)
    count = 1 if is_third else max(0, scoring.FIRST - review.sheets.filter(turn=review.turn).count())
    if not count or review.state != State.SCORING:
        messages.error(request, "现在不需要分派评审员。")
        return redirect(page_of(review))
    people = scoring.candidates(review)
    form = AssignForm(request.POST or None, people=people, count=count)
    if request.method == "POST" and form.is_valid() and _assigned(request, review, form, is_third):
        return redirect(page_of(review))
    context = {"review": review, "form": form, "is_third": is_third, "people": people.count()}
    return render(request, "bases/assign.html", context, status=422 if form.errors else 200)


def _assigned(request, review: BaseReview, form: AssignForm, is_third: bool) -> bool:
    try:
        if is_third:
            scoring.assign_third(review, form.reviewers()[0], actor=request.user)
        else:
            scoring.assign_reviewers(review, form.reviewers(), actor=request.user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, "已分派，评审员会收到通知。")
    return True


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def take_back(request, pk, sheet):
    review = review_to_decide(request, pk)
    row = get_object_or_404(review.sheets, pk=sheet)
    try:
        scoring.take_back(row, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "评分任务已收回，可以改派。")
    return redirect(page_of(review))


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def decide(request, pk):
    review = review_to_decide(request, pk)
    outcomes = decisions.possible(review)
    if not outcomes:
        messages.error(request, "评分还没有完成，不能决定。")
        return redirect(page_of(review))
    form = DecisionForm(request.POST or None, outcomes=outcomes)
    if request.method == "POST" and form.is_valid():
        try:
            row = decisions.propose_decision(review, actor=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, f"已提出：{row}。由另一人复核后生效。")
            return redirect(reverse("basedecision:inspect", args=[row.pk]))
    context = {
        "review": review,
        "form": form,
        "score": scoring.score_of(review),
        "terms": terms_of(review.rule_version),
    }
    context |= {"kinds": BaseDecision.Outcome, "is_late": decisions.is_past_deadline(review)}
    return render(request, "bases/decide.html", context, status=422 if form.errors else 200)
