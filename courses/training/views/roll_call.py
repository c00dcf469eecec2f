"""The head teacher's roll on a phone: a plain form, saved tap by tap where there is a script."""

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses.training.models import Attendance
from courses.training.services.attendance import RUNNING
from courses.training.services.roll_call import close_roll, learners, take_roll
from courses.training.views.screen import kept_session
from lms.kit.message import number, read_json, text

State = Attendance.State
TAP = {"enrollment": number, "state": text}


@login_required
@never_cache
def roll(request, pk):
    session = kept_session(request, pk)
    rows = list(learners(session).order_by("unit__path", "officer__staff_no", "pk"))
    known = {row.enrollment_id: row for row in session.attendance.all()}
    if request.method == "POST":
        return _save(request, session, states_of(request.POST, rows, known))
    for row in rows:
        row.mark = known.get(row.pk)
    counts = Counter(row.mark.state if row.mark else "" for row in rows)
    figures = [(state, label, counts[state]) for state, label in State.choices] + [("", "未点", counts[""])]
    context = {
        "place": "class", "session": session, "rows": rows, "figures": figures, "states": State.choices,
        "is_running": session.training_class.state in RUNNING,
    }  # fmt: skip
    return render(request, "training/roll_call.html", context)


def states_of(sent, rows, known) -> dict[int, str]:
    """What the form says of each learner, where it says something new: it is sent with what was there before, too."""
    chosen = {row.pk: sent.get(f"state-{row.pk}", "") for row in rows}
    return {pk: state for pk, state in chosen.items() if state and (pk not in known or known[pk].state != state)}


def _save(request, session, states):
    try:
        rest = State.PRESENT if "rest" in request.POST else ""
        saved = take_roll(session, states, actor=request.user, rest=rest)
    except ValidationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已保存{len(saved)}人。")
    return redirect("training:roll", session.pk)


@login_required
@never_cache
@require_POST
def tap(request, pk):
    """One learner, saved at once: what the server holds of him comes back."""
    session = kept_session(request, pk)
    try:
        found = read_json(request.body, TAP)
        take_roll(session, {found["enrollment"]: found["state"]}, actor=request.user)
    except ValidationError as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.message}, status=400)
    return JsonResponse(found)


@login_required
@never_cache
def close(request, pk):
    """Asks once more with the number: whoever has no mark becomes absent."""
    session = kept_session(request, pk)
    if request.method == "POST":
        try:
            absent = close_roll(session, actor=request.user)
        except ValidationError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"点名已结束，{absent}人记缺席。")
        return redirect("training:roll", pk)
    marked = session.attendance.values("enrollment")
    missing = learners(session).exclude(pk__in=marked).order_by("unit__path", "pk")
    context = {"place": "class", "session": session, "missing": missing, "seated": learners(session).count()}
    return render(request, "training/roll_close.html", context)
