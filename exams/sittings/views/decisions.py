"""What waits for a second person: minutes, voidings, and answers that came too late."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.sittings.models import Compensation, LateAcceptance, Voiding
from exams.sittings.services.compensating import grant_compensation, refuse_compensation
from exams.sittings.services.incidents import decide_voiding, refuse_voiding
from exams.sittings.services.rescuing import accept_late, refuse_late

DECIDE = "sittings.decide_exam"
KINDS: dict[str, tuple[Any, Callable, Callable]] = {
    "compensation": (Compensation, grant_compensation, refuse_compensation),
    "voiding": (Voiding, decide_voiding, refuse_voiding),
    "acceptance": (LateAcceptance, accept_late, refuse_late),
}
OF_CANDIDATE = ("candidate__officer", "candidate__exam", "candidate__hall", "made_by")


def waiting(user) -> dict:
    compensations = Compensation.objects.within(user, DECIDE).pending()
    voidings = Voiding.objects.within(user, DECIDE).pending()
    acceptances = LateAcceptance.objects.within(user, DECIDE).pending()
    return {
        "compensations": compensations.select_related("sitting__exam", "hall", "candidate__officer", "made_by"),
        "voidings": voidings.select_related(*OF_CANDIDATE, "incident"),
        "acceptances": acceptances.select_related(*(f"attempt__{name}" for name in OF_CANDIDATE[:-1]), "made_by"),
    }


@login_required
@permission_required(DECIDE, raise_exception=True)
@never_cache
@require_safe
def decisions(request):
    return render(request, "sittings/decisions.html", waiting(request.user))


@login_required
@permission_required(DECIDE, raise_exception=True)
@require_POST
def decide(request, kind: str, pk: int):
    """With `grant` it holds from now on; without, a reason is asked for and kept."""
    if kind not in KINDS:
        raise Http404
    model, grant, refuse = KINDS[kind]
    row = get_object_or_404(model.objects.within(request.user, DECIDE), pk=pk)
    reason = request.POST.get("reason", "").strip()
    try:
        if "grant" in request.POST:
            grant(row, actor=request.user)
        elif reason:
            refuse(row, actor=request.user, reason=reason[:200])
        else:
            raise ValidationError("不予批准须写理由。", code="reason")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, "已批准。" if "grant" in request.POST else "已记为不予批准。")
    return redirect("halls:decisions")
