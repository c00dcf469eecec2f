"""What a device talks to during an exam. A signed token says who it is: no session, no cookie, no broker."""

import math
from datetime import datetime

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from psycopg import OperationalError as DriverError

from exams.sittings import token
from exams.sittings.message import read_answers, read_signals
from exams.sittings.models import Attempt
from exams.sittings.saving import Kind, Outcome, Saved, save
from exams.sittings.services.closing import mark_at_once
from exams.sittings.services.presence import beat
from exams.sittings.services.submitting import submit

TOO_MUCH, UNPROCESSABLE, AWAY = 413, 422, 503
TAMPERED = {"tampered", "too_long"}
# How a device hears of each; only the first says that what it sent counts.
CODES = {
    Kind.STORED: ("stored", 200),
    Kind.LATE: ("late", 409),
    Kind.CLOSED: ("closed", 409),
    Kind.SUPERSEDED: ("superseded", 409),
    Kind.NOT_STARTED: ("not_started", 409),
}


def millis(moment: datetime | None) -> int | None:
    """Milliseconds since 1970, rounded up: a device never shows less time than there is."""
    return None if moment is None else math.ceil(moment.timestamp() * 1000)


def _answer(content: dict, status: int = 200, **headers) -> JsonResponse:
    headers |= {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return JsonResponse(content, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})


def with_token(view):
    """401 without a token of ours; a refusal in Chinese with its code; 503 and a time to try again while the database is away."""

    @csrf_exempt
    @require_POST
    def guarded(request):
        try:
            known = token.read(request.headers.get("X-Attempt", ""))
        except (signing.BadSignature, ValueError, TypeError):
            return _answer({"code": "token", "message": "登录已失效，请重新进入考试。已写的答案仍在本机。"}, 401)
        try:
            return view(request, known)
        except ValidationError as refusal:
            return _refused(refusal)
        except (OperationalError, DriverError):
            return _answer(
                {"code": "away", "message": "服务器正忙，答案已存在本机，将自动重试。"}, AWAY, **{"Retry-After": "2"}
            )

    return guarded


def _refused(refusal: ValidationError) -> JsonResponse:
    code = refusal.code or "refused"
    status = UNPROCESSABLE if code in TAMPERED else TOO_MUCH if code == "too_much" else 400
    if code in ("too_early", "not_started", "void"):
        status = 409
    return _answer({"code": code, "message": " ".join(refusal.messages)}, status)


def _gone() -> JsonResponse:
    return _answer({"code": "unknown", "message": "没有这份答卷。"}, 404)


@with_token
def save_answers(request, known: token.Token):
    """Store one answer or many: 200 if each counts, 409 if the attempt is closed, superseded, late, or two tabs differ."""
    outcome = save(known.attempt, known.epoch, read_answers(request.body, known.paper))
    return _told(outcome) if outcome else _gone()


def _told(outcome: Outcome) -> JsonResponse:
    code, status = CODES[outcome.kind]
    if outcome.kind == Kind.STORED and any(one.differs for one in outcome.items):
        code, status = "conflict", 409
    times = {"now": millis(outcome.at), "deadline": millis(outcome.deadline_at)}
    return _answer({"code": code, **times, "answers": [_item(one) for one in outcome.items]}, status)


def _item(one: Saved) -> dict:
    told = {"slot": one.slot, "rev": one.rev, "stored": one.is_stored, "server": one.server_rev}
    return {**told, "held": one.held} if one.differs else told


@with_token
def heartbeat(request, known: token.Token):
    """Time, deadline and standing; every 15 seconds where nothing is being saved."""
    standing = beat(known.attempt, known.epoch, read_signals(request.body))
    if standing is None:
        return _gone()
    state = standing.state if standing.is_current else "SUPERSEDED"
    return _answer({"state": state, "now": millis(standing.at), "deadline": millis(standing.deadline_at)})


@with_token
def hand_in(request, known: token.Token):
    """Hand in; the same receipt however often. A superseded device does not hand in for the other."""
    attempt = Attempt.objects.filter(pk=known.attempt).first()
    if attempt is None:
        return _gone()
    if attempt.epoch != known.epoch and attempt.state == Attempt.State.OPEN:
        return _answer({"code": "superseded", "message": "答卷已在另一台设备上接着作答，请在那台设备交卷。"}, 409)
    receipt = submit(attempt)
    mark_at_once(attempt)
    return _answer(
        {"code": "submitted", "sha256": receipt.sha256, "answered": receipt.answered, "at": millis(receipt.at)}
    )
