"""What comes after handing in: the receipt, the page where its hash is looked up, and what is known of the marks."""

import re
from decimal import Decimal

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from exams.bank.types import of
from exams.bank.views.explained import explained
from exams.sittings import token
from exams.sittings.message import shapes_of
from exams.sittings.models import Attempt, Receipt
from exams.sittings.services.releasing import has_outcome, is_released, result_of
from exams.sittings.services.submitting import answers_of, latest_receipt, receipts_of
from exams.sittings.services.times import compensations_of
from exams.sittings.views.device import own_attempt

SHA256 = re.compile(r"[0-9a-f]{64}")
PER_MINUTE, MINUTE = 60, 60


@login_required
@never_cache
@require_safe
def receipt(request, pk: int):
    attempt = own_attempt(request, pk)
    if attempt.state != Attempt.State.SUBMITTED:
        return redirect("exams:room", pk)
    candidate, found = attempt.candidate, receipts_of(attempt)
    total = len(shapes_of(attempt.paper_id))
    context = {
        "attempt": attempt, "candidate": candidate, "exam": candidate.exam, "receipt": found[0], "earlier": found[1:],
        "hash": grouped(found[0].sha256), "total": total, "blank": total - found[0].answered,
        "given_back": compensations_of(candidate), "token": token.issue(attempt), "is_released": is_released(attempt), "place": "class",
    }  # fmt: skip
    if "file" in request.GET:
        return _as_file(context)
    return render(request, "sittings/receipt.html", context)


def _as_file(context: dict) -> HttpResponse:
    text = render_to_string("sittings/receipt.txt", context)
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{context["candidate"].number}.txt"'
    return response


def grouped(sha256: str) -> list[str]:
    return [sha256[at : at + 4] for at in range(0, len(sha256), 4)]


@never_cache
@require_safe
def lookup(request):
    """Anybody who holds a hash may ask whether it is a receipt's: of which exam, when, how many answers. No names."""
    asked = re.sub(r"\s", "", request.GET.get("sha256", ""))[:100].lower()
    context: dict = {"asked": asked, "place": "class"}
    if asked and _asks_too_often(get_adapter().get_client_ip(request)):
        return render(request, "sittings/lookup.html", context | {"is_too_often": True}, status=429)
    if SHA256.fullmatch(asked):
        rows = Receipt.objects.select_related("attempt__candidate__exam")
        context |= {"found": rows.filter(sha256=asked).first(), "hash": grouped(asked)}
    return render(request, "sittings/lookup.html", context | {"is_malformed": bool(asked) and "hash" not in context})


def _asks_too_often(address: str) -> bool:
    key = f"receipts:{address}"
    cache.add(key, 0, MINUTE)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:
        return False


@login_required
@never_cache
@require_safe
def review(request, pk: int):
    """What is known of an attempt handed in: of keys and marks nothing before they are released."""
    attempt = own_attempt(request, pk)
    if attempt.state != Attempt.State.SUBMITTED:
        return redirect("exams:room", pk)
    if has_outcome(attempt):
        return redirect("results:result", pk)
    released = is_released(attempt)
    context = {
        "attempt": attempt, "candidate": attempt.candidate, "exam": attempt.candidate.exam, "place": "class",
        "receipt": latest_receipt(attempt), "total": len(shapes_of(attempt.paper_id)),
        "result": result_of(attempt) if released else None, "questions": _told(attempt) if released else [],
    }  # fmt: skip
    return render(request, "sittings/review.html", context)


def _told(attempt: Attempt) -> list[dict]:
    answers, score = answers_of(attempt), attempt.scores.order_by("-number")[0]
    return [_told_of(item, answers.get(item.slot), score) for item in attempt.paper.items.order_by("slot")]


def _told_of(item, answer, score) -> dict:
    got = score.by_slot.get(str(item.slot))
    return {
        "slot": item.slot, "marks": item.marks, "type": item.content["type"], "told": explained(item.content, answer),
        "got": got, "is_in_part": not of(item.content).IS_OBJECTIVE, "is_full": got is not None and Decimal(got) == item.marks, "is_nought": got == "0.00",
    }  # fmt: skip
