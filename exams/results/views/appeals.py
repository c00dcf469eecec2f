"""A candidate's own appeals: filing one, where it stands, taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.results.forms.appeals import AppealForm
from exams.results.models import ExamAppeal
from exams.results.services.appeals import file_appeal, windows_of, withdraw
from exams.sittings.views.device import own_attempt


def own_appeal(request, pk: int) -> ExamAppeal:
    rows = ExamAppeal.objects.filter(attempt__candidate__officer__user=request.user)
    people = ("attempt__candidate__exam", "attempt__candidate__officer", "outcome")
    return get_object_or_404(rows.select_related(*people), pk=pk)


@login_required
@never_cache
def file(request, pk: int, kind: str):
    kind = kind.upper()
    if kind not in ExamAppeal.Kind.values:
        raise Http404
    attempt = own_attempt(request, pk)
    form = AppealForm(request.POST or None, kind=kind, most=attempt.paper.items.count())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        appeal = ExamAppeal(attempt=attempt, kind=kind, slot=data.get("slot"), text=data["text"])
        try:
            file_appeal(appeal, actor=request.user, accepts_lower=data.get("accepts_lower", False))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "复核申请已提交。受理和结果都会在这里显示，结果发消息给您。")
            return redirect("results:appeal", appeal.pk)
    window = next(one for one in windows_of(attempt) if one.kind == kind)
    context = {
        "place": "class", "attempt": attempt, "candidate": attempt.candidate, "exam": attempt.candidate.exam,
        "form": form, "window": window, "outcome": attempt.outcomes.latest().first(),
    }  # fmt: skip
    return render(request, "results/file.html", context, status=422 if form.errors else 200)


@login_required
@never_cache
@require_safe
def appeal(request, pk: int):
    row = own_appeal(request, pk)
    context = {"place": "class", "appeal": row, "candidate": row.attempt.candidate, "exam": row.attempt.candidate.exam}
    return render(request, "results/appeal.html", context)


@login_required
@require_POST
def take_back(request, pk: int):
    row = own_appeal(request, pk)
    try:
        withdraw(row, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, "复核申请已撤回。")
    return redirect("results:appeal", pk)
