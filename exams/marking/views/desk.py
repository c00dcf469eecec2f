"""The marking desk: one page, and what its script asks for."""

from functools import wraps

from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.marking.message import read_code, read_flag, read_mark
from exams.marking.models import Assignment, MarkingTask
from exams.marking.rubric import words
from exams.marking.services import marking
from exams.marking.services.handing import hand_out
from exams.marking.services.progress import progress_of
from exams.marking.services.showing import shown, standing
from exams.marking.services.teams import MARKS
from exams.marking.services.terms import number, told

REASONS = {
    marking.CONFLICT: "这份答卷已有评分，您的评分没有覆盖它，两份都已留存。",
    marking.DECIDED: "这份答卷已进入下一步，不能再改。您发来的评分已留存，未采用。",
}


def task_for(request, exam: int, cell: int) -> MarkingTask:
    rows = MarkingTask.objects.of_marker(request.user).select_related("exam")
    return get_object_or_404(rows, exam=exam, cell=cell)


def marker_only(view):
    """Signed in, holding the role, and in the team of the question; what it answers is kept nowhere."""

    @login_required
    @permission_required(MARKS, raise_exception=True)
    @never_cache
    @wraps(view)
    def guarded(request, exam: int, cell: int, **more):
        task = task_for(request, exam, cell)
        try:
            return view(request, task, **more)
        except ValidationError as refusal:
            return answer({"code": refusal.code or "refused", "message": " ".join(refusal.messages)}, 400)

    return guarded


def answer(content: dict, status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, json_dumps_params={"ensure_ascii": False})


def assignment_for(request, task: MarkingTask, code: str) -> Assignment:
    """His own, or one he had and let lapse: what is told of it then is that another has it."""
    rows = Assignment.objects.filter(script__task=task, code=code).select_related("script__task", "script__attempt")
    found = rows.filter(marker=request.user).order_by("-stage").first()
    found = found or rows.filter(earlier__contains=request.user.pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@permission_required(MARKS, raise_exception=True)
@never_cache
@require_safe
def tasks(request):
    rows = MarkingTask.objects.of_marker(request.user).select_related("exam").order_by("-exam_id", "cell")
    return render(request, "marking/mine.html", {"tasks": [(one, progress_of(one, request.user)) for one in rows]})


@marker_only
@require_safe
def desk(request, task: MarkingTask):
    context = {
        "task": task, "full": words(task.full), "policy": told(task.policy), "undo": int(number(task, "undo_seconds")),
        "lock": int(number(task, "lock_minutes")), "standing": standing(task, request.user),
    }  # fmt: skip
    return render(request, "marking/desk.html", context)


@marker_only
@require_POST
def following(request, task: MarkingTask):
    return answer(_following(request, task))


def _following(request, task: MarkingTask) -> dict:
    found = hand_out(task, request.user)
    script = shown(found, request.user) if found else None
    return {"code": "next", "script": script, "standing": standing(task, request.user)}


@marker_only
@require_safe
def script(request, task: MarkingTask, code: str):
    found = assignment_for(request, task, code)
    if found.marker_id != request.user.pk:
        raise Http404
    return answer({"code": "script", "script": shown(found, request.user)})


@marker_only
@require_POST
def save(request, task: MarkingTask):
    sent = read_mark(request.body)
    found = assignment_for(request, task, sent["code"])
    outcome = marking.save_mark(
        found, marking.Sent(sent["points"], sent["comment"], sent["version"]), actor=request.user
    )
    if outcome.kind != marking.STORED:
        return answer(_lost(outcome, request.user), 409)
    mark = outcome.mark
    stored = {"saved": sent["code"], "total": words(mark.total), "version": mark.version}
    return answer(_following(request, task) | {"code": outcome.kind} | stored)


def _lost(outcome: marking.Outcome, user) -> dict:
    mark = outcome.mark
    stored = mark and {
        "points": mark.points, "total": words(mark.total), "comment": mark.comment, "version": mark.version,
        "is_mine": mark.marker_id == user.pk,
    }  # fmt: skip
    return {"code": outcome.kind, "message": REASONS[outcome.kind], "stored": stored, "differs": outcome.differs}


@marker_only
@require_POST
def undo(request, task: MarkingTask):
    found = marking.undo(assignment_for(request, task, read_code(request.body)["code"]), actor=request.user)
    found = Assignment.objects.select_related("script__task", "script__attempt").get(pk=found.pk)
    return answer({"code": "undone", "script": shown(found, request.user), "standing": standing(task, request.user)})


@marker_only
@require_POST
def flag(request, task: MarkingTask):
    sent = read_flag(request.body)
    marking.flag(assignment_for(request, task, sent["code"]), sent["note"], actor=request.user)
    return answer(_following(request, task) | {"code": "flagged", "saved": sent["code"]})
