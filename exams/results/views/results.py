"""我的考试成绩: the officer's own, and nobody else's."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.results.services.appeals import standing_voiding, windows_of
from exams.results.services.telling import standing_of
from exams.sittings.models import Attempt, Outcome
from exams.sittings.views.device import own_attempt

SHOWN = 100


@login_required
@never_cache
@require_safe
def mine(request):
    """Released results, latest first; a result taken back says so."""
    officer = getattr(request.user, "officer", None)
    rows = Outcome.objects.latest().filter(attempt__candidate__officer__user=request.user)
    rows = rows.select_related("attempt__candidate__exam", "attempt__candidate__sitting").order_by("-made_at", "-pk")
    waiting = Attempt.objects.filter(
        candidate__officer__user=request.user, state=Attempt.State.SUBMITTED, outcomes=None,
        candidate__exam__kind__in=["QUALIFICATION", "LEVEL"],
    )  # fmt: skip
    context = {
        "place": "class", "officer": officer, "outcomes": rows[:SHOWN],
        "waiting": waiting.select_related("candidate__exam", "candidate__sitting").order_by("-finished_at"),
    }  # fmt: skip
    return render(request, "results/mine.html", context)


@login_required
@never_cache
@require_safe
def result(request, pk: int):
    """Of one of his places in an exam: what its release tells, and what can be questioned until when."""
    attempt = own_attempt(request, pk)
    standing = standing_of(attempt)
    context = {
        "place": "class", "attempt": attempt, "candidate": attempt.candidate, "exam": attempt.candidate.exam,
        "standing": standing, "outcome": standing.outcome, "windows": [one for one in windows_of(attempt) if one.last],
        "appeals": attempt.appeals.order_by("-pk"), "voiding": standing_voiding(attempt),
    }  # fmt: skip
    return render(request, "results/result.html", context)
