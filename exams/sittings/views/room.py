"""我的考试和候考: what a candidate reads before he begins, and the beginning."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from exams.sittings.models import Attempt, Candidate, Exam
from exams.sittings.services.releasing import is_released
from exams.sittings.services.starting import database_now, start_attempt, take_over
from exams.sittings.services.waiting import jitter_of, room_of
from exams.sittings.views.answers import millis
from exams.sittings.views.device import State, is_this_device, own_attempt, own_candidate, remembered
from lms.kit.prepared import Prepared
from lms.people.models import Officer

SHOWN = 100
TWICE = timedelta(seconds=10)
HANDED_IN = (State.SUBMITTED, State.VOID)


def _mine(user: int):
    rows = Candidate.objects.of(user).select_related("exam", "sitting", "hall", "attempt")
    return rows.order_by("-sitting__opens_at", "-pk")[:SHOWN]


def _officer(user: int):
    return Officer.objects.filter(user=user).select_related("unit")


_MINE, _OFFICER = Prepared(_mine), Prepared(_officer)


@login_required
@never_cache
@require_safe
def mine(request):
    """The officer's exams: to come and under way first, then what is over."""
    officer, now = _OFFICER.first(request.user.pk), database_now()
    listed = [(one, _standing(one, now)) for one in _MINE(request.user.pk)]
    context = {
        "place": "class", "officer": officer, "now": now,
        "coming": [row for row in reversed(listed) if row[1] not in OVER],
        "past": [row for row in listed if row[1] in OVER],
    }  # fmt: skip
    return render(request, "sittings/mine.html", context)


OVER = {"submitted", "void", "missed", "deferred", "absent"}


def _standing(candidate: Candidate, now) -> str:
    attempt = getattr(candidate, "attempt", None)
    if attempt and attempt.state in HANDED_IN:
        return attempt.state.lower()
    if candidate.state != Candidate.State.EXPECTED:
        return candidate.state.lower()
    if attempt and attempt.state == State.OPEN:
        return "open"
    closes_at = candidate.sitting.closes_at
    if closes_at and closes_at + timedelta(hours=1) < now:
        return "missed"
    return _before_the_start(candidate, now)


def _before_the_start(candidate: Candidate, now) -> str:
    opens_at, entry = candidate.sitting.opens_at, candidate.exam.entry_minutes
    if now < opens_at:
        return "before"
    return "shut" if entry is not None and now > opens_at + timedelta(minutes=entry) else "ready"


@login_required
@never_cache
@require_safe
def waiting_room(request, pk: int):
    return _room_page(request, own_candidate(request, pk))


def _room_page(request, candidate: Candidate, refusal: ValidationError | None = None):
    room, attempt = room_of(candidate), getattr(candidate, "attempt", None)
    context = {
        "candidate": candidate, "exam": candidate.exam, "attempt": attempt, "room": room,
        "standing": _standing(candidate, room.now), "times": _times(candidate, room), "jitter": jitter_of(candidate),
        "needs_code": candidate.exam.browsers == Exam.Browsers.HALL, "refusal": refusal and refusal.messages[0],
        "is_here": attempt is not None and is_this_device(request, attempt),
        "is_released": attempt is not None and attempt.state == State.SUBMITTED and is_released(attempt),
        "voiding": _voiding(candidate) if attempt and attempt.state == State.VOID else None,
        "place": "class",
    }  # fmt: skip
    return render(request, "sittings/room.html", context, status=422 if refusal else 200)


def _voiding(candidate: Candidate):
    return candidate.voidings.filter(checked_at__isnull=False, refused_at=None).first()


def _times(candidate: Candidate, room) -> dict:
    return {"now": millis(room.now), "opens": millis(room.opens_at), "closes": millis(room.closes_at)}


@login_required
@never_cache
@require_safe
def room_state(request, pk: int):
    """For a page that waits: the time, the window, and whether there is anything to begin."""
    candidate = own_candidate(request, pk)
    room, attempt = room_of(candidate), getattr(candidate, "attempt", None)
    return JsonResponse(_times(candidate, room) | {"state": attempt.state if attempt else "NONE"})


@login_required
@require_POST
def start(request, pk: int):
    """Begin, once. Begun on another device already, it has to be taken over there and then."""
    candidate = own_candidate(request, pk)
    attempt = getattr(candidate, "attempt", None)
    if attempt is None:
        return _room_page(request, candidate, ValidationError("试卷正在准备，请稍等片刻再试。", code="not_prepared"))
    try:
        begun = start_attempt(attempt, code=request.POST.get("code", ""))
    except ValidationError as refusal:
        return _room_page(request, candidate, refusal)
    if begun.state != State.OPEN:
        return redirect("exams:room", pk)
    if not (attempt.state == State.READY or is_this_device(request, begun) or _is_pressed_twice(begun)):
        return redirect("exams:take_over", pk)
    return remembered(_to_paper(request, pk), begun)


def _is_pressed_twice(attempt: Attempt) -> bool:
    """The same press again, whose first answer never arrived."""
    return attempt.epoch == 1 and attempt.started_at is not None and database_now() - attempt.started_at < TWICE


def _to_paper(request, pk: int):
    response = redirect("exams:paper", pk)
    if request.POST.get("plain"):
        response["Location"] += "?page=1"
    return response


@login_required
@never_cache
def move_here(request, pk: int):
    """Another device: said in so many words what becomes of the first, and only then done."""
    attempt, refusal = own_attempt(request, pk), None
    if attempt.state != State.OPEN:
        return redirect("exams:room", pk)
    if is_this_device(request, attempt):
        return redirect("exams:paper", pk)
    if request.method == "POST":
        try:
            taken = take_over(attempt, code=request.POST.get("code", ""))
        except ValidationError as error:
            refusal = error
        else:
            return remembered(_to_paper(request, pk), taken)
    candidate = attempt.candidate
    context = {
        "candidate": candidate, "exam": candidate.exam, "attempt": attempt, "now": attempt.now,
        "needs_code": candidate.exam.browsers == Exam.Browsers.HALL, "refusal": refusal and refusal.messages[0],
        "seen_at": getattr(getattr(attempt, "presence", None), "seen_at", None),
    }  # fmt: skip
    return render(request, "sittings/take_over.html", context, status=422 if refusal else 200)
