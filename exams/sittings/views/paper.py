"""The answer sheet: all questions in one load, or without script ten a page. Either way no session is written."""

import json
from functools import lru_cache

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from exams.bank.forms.answering import posted_answer
from exams.sittings import token
from exams.sittings.message import checked, shapes_of
from exams.sittings.models import Answer, Attempt, PaperSheet
from exams.sittings.saving import Kind, save
from exams.sittings.services.closing import mark_at_once
from exams.sittings.services.submitting import submit
from exams.sittings.sheet import counted, joined, page_count, page_of, page_slots, page_with, slots_of
from exams.sittings.views.answers import millis
from exams.sittings.views.device import led_away, own_attempt
from lms.kit.prepared import Prepared

NUMBER_DIGITS = 3


def _answers(attempt: int):
    return Answer.objects.filter(attempt=attempt).order_by().values_list("slot", "rev", "payload")


def _pieces(paper: int):
    return PaperSheet.objects.filter(pk=paper).values_list("pieces")


_ANSWERS, _PIECES = Prepared(_answers), Prepared(_pieces)


def given(attempt: Attempt) -> dict[int, tuple]:
    """{slot: (revision, answer)} of everything stored, what was taken back as None."""
    return {slot: (rev, payload) for slot, rev, payload in _ANSWERS(attempt.pk)}


@lru_cache(maxsize=256)
def pieces_of(paper: int) -> list[dict]:
    """Of a frozen paper, which never changes."""
    return _PIECES.first(paper)[0]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request, pk: int):
    attempt = own_attempt(request, pk)
    away = led_away(request, attempt)
    if away:
        return away
    if "page" in request.GET:
        number = _page_number(request, attempt)
        return _save_page(request, attempt, number) if request.method == "POST" else _page(request, attempt, number)
    stored = {slot: list(kept) for slot, kept in given(attempt).items()}
    context = _about(attempt) | {
        "questions": joined(pieces_of(attempt.paper_id)), "answers": json.dumps(stored, ensure_ascii=False),
        "now": millis(attempt.now), "deadline": millis(attempt.deadline_at),
    }  # fmt: skip
    return render(request, "sittings/paper.html", context)


def _about(attempt: Attempt) -> dict:
    candidate = attempt.candidate
    return {"attempt": attempt, "candidate": candidate, "exam": candidate.exam, "token": token.issue(attempt)}


def _page_number(request, attempt: Attempt) -> int:
    text = request.GET["page"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_DIGITS else 0
    if not 1 <= number <= page_count(shapes_of(attempt.paper_id)):
        raise Http404
    return number


def _page(request, attempt: Attempt, number: int, notices: list[str] | None = None, answers: dict | None = None):
    if attempt.deadline_at and attempt.now > attempt.deadline_at:
        return redirect("exams:summary", attempt.candidate_id)
    shapes = shapes_of(attempt.paper_id)
    stored = {slot: answer for slot, (_, answer) in given(attempt).items()} | (answers or {})
    context = _about(attempt) | {
        "questions": page_of(pieces_of(attempt.paper_id), number, shapes, stored), "number": number, "notices": notices,
        "pages": [(one, page_slots(shapes, one)) for one in range(1, page_count(shapes) + 1)],
        "left": attempt.deadline_at and attempt.deadline_at - attempt.now,
    }  # fmt: skip
    return render(request, "sittings/page.html", context, status=422 if notices else 200)


def _save_page(request, attempt: Attempt, number: int):
    """Store what was changed on the page and go where the pressed button says; what cannot be stored is said and shown."""
    shapes, stored = shapes_of(attempt.paper_id), given(attempt)
    posted, notices = _posted(request.POST, shapes, page_slots(shapes, number))
    changed = [
        (slot, stored.get(slot, (0, None))[0] + 1, checked(slot, answer, shapes))
        for slot, answer in posted.items()
        if answer != stored.get(slot, (0, None))[1]
    ]
    outcome = save(attempt.pk, attempt.epoch, changed) if changed else None
    if outcome and outcome.kind == Kind.SUPERSEDED:
        return redirect("exams:take_over", attempt.candidate_id)
    if outcome and outcome.kind != Kind.STORED:
        return redirect("exams:summary", attempt.candidate_id)
    if outcome and any(one.differs for one in outcome.items):
        notices.append("另一个窗口刚刚保存了本页的作答。下面是您在这里填写的，请核对后再保存一次。")
    if notices:
        return _page(request, attempt, number, notices, posted)
    return redirect(_next(request, attempt, shapes))


def _posted(post, shapes: dict, slots: list[int]) -> tuple[dict, list[str]]:
    """The page's answers, and a sentence for each that cannot be stored."""
    found, notices = {}, []
    for slot in slots:
        try:
            found[slot] = posted_answer(post, shapes[str(slot)], f"q{slot}")
            checked(slot, found[slot], shapes)
        except ValidationError as refusal:
            found.pop(slot, None)
            notices.append(f"第{slot}题没有保存：{refusal.messages[0]}")
    return found, notices


def _next(request, attempt: Attempt, shapes: dict) -> str:
    place = request.POST.get("to", "")
    pages = {str(number) for number in range(1, page_count(shapes) + 1)}
    if place in pages:
        return f"{reverse('exams:paper', args=[attempt.candidate_id])}?page={place}"
    return reverse("exams:summary", args=[attempt.candidate_id])


@login_required
@never_cache
@require_safe
def summary(request, pk: int):
    """Before handing in without script: what is answered, what is not, and what handing in means."""
    attempt = own_attempt(request, pk)
    away = led_away(request, attempt)
    return away or _summary(request, attempt)


def _summary(request, attempt: Attempt, refusal: ValidationError | None = None):
    shapes = shapes_of(attempt.paper_id)
    answered = {slot for slot, (_, answer) in given(attempt).items() if answer is not None}
    context = _about(attempt) | {
        "types": counted(shapes, answered), "total": len(shapes), "answered": len(answered),
        "missing": [(slot, page_with(shapes, slot)) for slot in slots_of(shapes) if slot not in answered],
        "is_late": attempt.deadline_at is not None and attempt.now > attempt.deadline_at,
        "left": attempt.deadline_at and attempt.deadline_at - attempt.now, "refusal": refusal and refusal.messages[0],
    }  # fmt: skip
    return render(request, "sittings/summary.html", context, status=422 if refusal else 200)


@login_required
@require_POST
def hand_in(request, pk: int):
    attempt = own_attempt(request, pk)
    away = led_away(request, attempt)
    if away:
        return away
    try:
        submit(attempt)
        mark_at_once(attempt)
    except ValidationError as refusal:
        return _summary(request, attempt, refusal)
    return redirect("exams:receipt", pk)
