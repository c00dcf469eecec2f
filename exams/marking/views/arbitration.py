"""The chief examiner's page: marks side by side, nobody's name, and his own as the last."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from exams.marking.forms import ArbitrationForm, ReplyForm
from exams.marking.models import Mark, Script
from exams.marking.models.marks import Stage
from exams.marking.rubric import words
from exams.marking.services.arbitrating import ARBITRATE, answer_flag, arbitrate, barred_from, flag_of, waiting
from exams.marking.services.marking import lines_for, question_of
from exams.marking.services.showing import answers_shown, question_shown
from exams.marking.services.terms import told


@login_required
@permission_required(ARBITRATE, raise_exception=True)
@never_cache
@require_safe
def board(request):
    rows = waiting(request.user).select_related("task", "exam").prefetch_related("marks", "assignments")
    barred = barred_from(list(rows), request.user)
    told_of = [_told(one) | {"is_barred": one.pk in barred} for one in rows]
    return render(request, "marking/arbitration.html", {"rows": told_of, "total": len(rows)})


def _told(script: Script) -> dict:
    marks = [words(one.total) for one in script.marks.all() if one.stage != Stage.AGAIN]
    flagged = [one for one in script.assignments.all() if one.state == "FLAGGED" and one.stage != Stage.AGAIN]
    return {
        "script": script, "marks": marks, "flag": flagged[0] if flagged else None,
        "why": script.Trigger.FLAGGED.label if flagged else script.get_trigger_display(),
    }  # fmt: skip


@login_required
@permission_required(ARBITRATE, raise_exception=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request, exam: int, code: str):
    rows = waiting(request.user).select_related("task", "exam", "attempt")
    script = get_object_or_404(rows, exam=exam, code=code)
    if barred_from([script], request.user):
        # Whoever is barred reads nothing of it either.
        messages.error(request, f"您须回避{script.code}，请由另一位主考仲裁。")
        return redirect("marking:arbitration")
    lines, flagged = lines_for(script), flag_of(script)
    form = ArbitrationForm(lines, request.POST or None, initial={"revision": script.revision})
    reply = ReplyForm(request.POST or None)
    if request.method == "POST":
        done = _reply(request, script, reply) if "reply" in request.POST else _decide(request, script, form)
        if done:
            return redirect("marking:arbitration")
    return render(request, "marking/decide.html", _context(script, lines) | {
        "form": form, "reply": reply, "flag": flagged,
    })  # fmt: skip


def _decide(request, script: Script, form: ArbitrationForm) -> bool:
    return form.is_valid() and _done(
        request, form, f"{script.code}已仲裁定分。",
        lambda: arbitrate(
            script, form.points(), form.cleaned_data["comment"], revision=form.cleaned_data["revision"],
            actor=request.user,
        ),
    )  # fmt: skip


def _reply(request, script: Script, form: ReplyForm) -> bool:
    return form.is_valid() and _done(
        request, form, f"{script.code}已答复，退回阅卷员评分。",
        lambda: answer_flag(script, form.cleaned_data["reply"], actor=request.user),
    )  # fmt: skip


def _done(request, form, words_of_success: str, service) -> bool:
    try:
        service()
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, words_of_success)
    return True


def _context(script: Script, lines) -> dict:
    item, given = question_of(script)
    marks = list(Mark.objects.filter(script=script).exclude(stage=Stage.AGAIN).order_by("stage"))
    table = [(line, [mark.points.get(line.key, "—") for mark in marks]) for line in lines]
    return {
        "script": script, "task": script.task, "question": question_shown(item.content), "marks": marks,
        "answers": answers_shown(item.content, given), "table": table, "policy": told(script.task.policy),
        "full": words(script.full),
    }  # fmt: skip
