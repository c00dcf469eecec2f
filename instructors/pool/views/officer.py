"""On the phone: rounds one may put oneself forward in, and trial lectures one is asked to judge."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from instructors.pool.forms.selection import ScoreForm, SelfNominationForm
from instructors.pool.models import Nomination, SelectionRound, TrialReview
from instructors.pool.services.selection import nominate, withdraw
from instructors.pool.services.trials import score_trial
from instructors.pool.terms import USE, terms_on
from lms.kit.viewsets import refuse


def _officer(request):
    officer = getattr(request.user, "officer", None)
    if officer is None:
        raise PermissionDenied("只有执法人员可以报名选聘。")
    return officer


def open_rounds(officer):
    return SelectionRound.objects.offered_to(officer.unit).filter(closes_on__gte=timezone.localdate())


@login_required
@require_safe
def rounds(request):
    officer = _officer(request)
    mine = Nomination.objects.filter(officer=officer).select_related("round__unit", "appointment")
    named = mine.live().values("round")
    found = open_rounds(officer).exclude(pk__in=named).select_related("unit")
    return render(request, "pool/rounds.html", {"place": "me", "rounds": found, "mine": mine, "officer": officer})


@login_required
@require_http_methods(["GET", "POST"])
def nominate_self(request, pk):
    officer = _officer(request)
    row = get_object_or_404(open_rounds(officer).select_related("unit"), pk=pk)
    form = SelfNominationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            nominate(row, officer, form.profile, actor=request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "已报名。试讲安排会发消息通知您。")
            return redirect("pool:rounds")
    return render(request, "pool/nominate.html", {"place": "me", "round": row, "form": form})


@login_required
@require_POST
def withdraw_self(request, pk):
    row = get_object_or_404(Nomination.objects.filter(officer=_officer(request)), pk=pk)
    try:
        withdraw(row, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "已撤回。")
    return redirect("pool:rounds")


def _asked(request):
    return TrialReview.objects.filter(reviewer=request.user).select_related(
        "nomination__officer__unit", "nomination__round"
    )


@login_required
@require_safe
def trials(request):
    """What waits for one's marks first, then what one has marked."""
    context = {"place": "me", "waiting": _asked(request).waiting().order_by("nomination__trial_at"),
               "done": _asked(request).exclude(scored_at=None).order_by("-scored_at")[:20]}  # fmt: skip
    return render(request, "pool/trials.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def trial(request, pk):
    """A blind sheet: the lecture and the rubric, nobody else's marks."""
    row = get_object_or_404(_asked(request), pk=pk)
    form = ScoreForm(terms_on(USE, timezone.localdate()).rubric, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            score_trial(row, form.marks, actor=request.user, comment=form.cleaned_data["comment"])
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "评分已提交。")
            return redirect("pool:trials")
    return render(request, "pool/trial.html", {"place": "me", "row": row, "form": form})
