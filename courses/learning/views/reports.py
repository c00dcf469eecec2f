"""What players send: JSON in, JSON out, every refusal with a code."""

from functools import wraps

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses.learning.message import ANSWER_FIELDS, LEASE_FIELDS, read_span_message
from courses.learning.models import CourseProgress
from courses.learning.services.answering import answer_question
from courses.learning.services.completion import is_finished
from courses.learning.services.watching import open_lease, take_spans, video_lesson, watched_lesson
from courses.learning.views.facts import completion_message, facts, questions
from lms.kit.message import read_json
from lms.people.device import device

SUPERSEDED = "已在另一处继续学习，这一处停止计时。此前看的已收到，不会少计。"
STATUS = {"busy": 409}


def report(view):
    """A POST of the signed-in user; refusals become {code, message}."""

    @require_POST
    @never_cache
    @wraps(view)
    def answer(request):
        if not request.user.is_authenticated:
            return _refusal("signed_out", "登录已过期，请重新登录。看过的片段存在本机，登录后补报。", 401)
        try:
            return view(request)
        except ValidationError as refusal:
            return _refusal(refusal.code, refusal.message, STATUS.get(refusal.code, 400))
        except ObjectDoesNotExist:
            return _refusal("not_found", "没有这项学习记录。", 404)

    return answer


def _refusal(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


@report
def spans(request):
    watched = take_spans(request.user, read_span_message(request.body))
    if watched.is_superseded:
        return JsonResponse(facts(watched) | {"code": "superseded", "message": SUPERSEDED}, status=409)
    return JsonResponse(facts(watched))


@report
def lease(request):
    found = read_json(request.body, LEASE_FIELDS)
    progress = _own(request, found["progress"])
    video_lesson(progress, found["position"])
    agent = device(request.headers.get("User-Agent", ""))[:40]
    opened = open_lease(progress, tab=found["tab"], device=agent, take=found["take"])
    return JsonResponse({"lease": str(opened.key)} | facts(watched_lesson(progress, found["position"])))


@report
def answer(request):
    found = read_json(request.body, ANSWER_FIELDS)
    progress = _own(request, found["progress"])
    marked = answer_question(progress, found["position"], found["question"], found["chosen"])
    asked = questions(progress, found["position"])
    state = {
        "is_right": marked.is_right, "explain": marked.explain, "asked": len(asked),
        "right": sum(one["is_right"] for one in asked), "tried": sum(one["is_tried"] for one in asked),
    }  # fmt: skip
    complete = marked.progress.completed_at is not None
    done = {"finished": is_finished(marked.progress, found["position"]), "complete": complete}
    return JsonResponse(state | done | {"message": completion_message(marked.progress.entry) if complete else ""})


def _own(request, pk) -> CourseProgress:
    return CourseProgress.objects.select_related("version", "entry").get(pk=pk, officer__user=request.user)
