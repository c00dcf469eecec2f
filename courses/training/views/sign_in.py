"""Signing in on a phone: a page that works by itself, and the door its script sends scans to."""

from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from courses.training.models import ClassSession
from courses.training.services.attendance import terms_of
from courses.training.services.sign_in import Scan, Signed, seat_of, sign_in
from courses.training.services.todays import my_session
from lms.kit.message import number, read_json, text

SCAN = {"session": number, "code": text, "nonce": text}
STATUS = {"not_enrolled": 403, "too_many": 429}


@login_required
@never_cache
def check_in(request, pk, code=""):
    """Open to every officer: one who is not on the list is told so, and nothing of the class."""
    rows = ClassSession.objects.select_related("training_class__head_teacher", "venue", "instructor")
    session = get_object_or_404(rows, pk=pk)
    context = {"place": "today", "pk": pk, "code": code, "now": timezone.now()}
    try:
        if request.method == "POST":
            sign_in(request.user, Scan(session, request.POST.get("code", "")))
            return redirect("training:sign", pk)
        enrollment = seat_of(session, request.user)
    except ValidationError as refusal:
        context |= {"refusal": refusal, "is_mine": refusal.code != "not_enrolled"}
        status = STATUS.get(refusal.code, 400 if request.method == "POST" else 200)
        return render(request, "training/check_in.html", context | {"session": session}, status=status)
    session.mine = list(session.attendance.filter(enrollment=enrollment))
    context |= {
        "session": session,
        "mine": my_session(session, terms_of(session), enrollment.officer, context["now"]),
        "is_mine": True,
    }
    return render(request, "training/check_in.html", context)


def answering(view):
    """A POST of the signed-in user; refusals become {code, message}."""

    @require_POST
    @never_cache
    @wraps(view)
    def answer(request):
        if not request.user.is_authenticated:
            return _refusal("signed_out", "登录已过期，请重新登录。扫过的码存在本机，登录后补传。", 401)
        try:
            return view(request)
        except ValidationError as refusal:
            return _refusal(refusal.code, refusal.message, STATUS.get(refusal.code, 400))
        except ObjectDoesNotExist:
            return _refusal("not_found", "没有这一课次。", 404)

    return answer


def _refusal(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


@answering
def send(request):
    """What a phone scanned, now or kept from when it had no network."""
    found = read_json(request.body, SCAN)
    session = ClassSession.objects.get(pk=found["session"])
    return JsonResponse(told(sign_in(request.user, Scan(session, found["code"], found["nonce"]))))


def told(signed: Signed) -> dict:
    at = timezone.localtime(signed.attendance.signed_at)
    text = f"{at:%H:%M}签到成功。" if signed.is_new else f"已于{at:%H:%M}签到。"
    page = reverse("training:sign", args=[signed.attendance.session_id])
    return {"is_new": signed.is_new, "state": signed.attendance.state, "message": text, "page": page}


def offline(request):
    """What the worker shows for a scan it cannot send: the same for everybody, so that it may be kept."""
    return render(request, "training/check_in_offline.html")
