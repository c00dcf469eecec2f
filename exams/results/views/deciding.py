"""Where an appeal is decided: every part of the paper with what it counts, and room to find otherwise."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from courses.training.views.enrollment import holders_only
from exams.bank.types import LABELS
from exams.bank.views.explained import explained
from exams.results.forms.appeals import LiftForm, ReplyForm
from exams.results.models import ExamAppeal, Finding
from exams.results.services.deciding import DECIDE, decide_marks, decide_violation, involved, worths
from exams.sittings.services.submitting import answers_of
from lms.audit.services import record
from lms.kit.viewsets import refuse

VIOLATION = ExamAppeal.Kind.VIOLATION


def appeal_to_decide(request, pk: int) -> ExamAppeal:
    rows = ExamAppeal.objects.within(request.user, DECIDE).select_related(
        "attempt__candidate__exam__unit", "attempt__candidate__officer", "attempt__paper", "handler"
    )
    return get_object_or_404(rows, pk=pk)


@holders_only(DECIDE)
@require_http_methods(["GET", "POST"])
def decide(request, pk):
    """For its handler; whoever had a part in what is questioned is told so and sees no answers."""
    appeal = appeal_to_decide(request, pk)
    why = involved(appeal, request.user) or _not_his(appeal, request.user)
    if why:
        messages.error(request, why)
        return redirect("examappeal:inspect", pk)
    form = _form(appeal, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(appeal, form, request.user)
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "决定已生效，考生已收到通知。")
            return redirect("examappeal:inspect", pk)
    if request.method == "GET":
        record("results.read_appealed", actor=request.user, target=appeal)
    context = {"appeal": appeal, "exam": appeal.attempt.candidate.exam, "form": form, "told": _told(appeal)}
    return render(request, "results/decide.html", context, status=422 if form.errors else 200)


def _not_his(appeal: ExamAppeal, user) -> str:
    if appeal.state == ExamAppeal.State.ACCEPTED and appeal.handler_id == user.pk:
        return ""
    return "先受理，由受理人决定。" if appeal.is_open else "这项复核已经办结。"


def _form(appeal: ExamAppeal, data):
    if appeal.kind == VIOLATION:
        return LiftForm(data)
    rows = [one for one in worths(appeal.attempt) if appeal.slot in (None, one.slot)]
    return ReplyForm(data, worths=rows)


def _carry_out(appeal: ExamAppeal, form, actor) -> None:
    reply = form.cleaned_data["reply"]
    if appeal.kind == VIOLATION:
        decide_violation(appeal, actor=actor, is_lifted=form.cleaned_data["is_lifted"], reply=reply)
        return
    findings = [Finding(slot=one.slot, is_by_hand=one.is_by_hand, marks=marks) for one, marks in form.changed]
    decide_marks(appeal, findings, actor=actor, reply=reply)


def _told(appeal: ExamAppeal) -> dict | None:
    """The question in dispute as it was asked and answered."""
    if appeal.slot is None:
        return None
    item = appeal.attempt.paper.items.get(slot=appeal.slot)
    answer = answers_of(appeal.attempt).get(item.slot)
    return {"slot": item.slot, "type": LABELS[item.content["type"]], "told": explained(item.content, answer)}
