"""Which device writes an attempt: the one that holds a cookie of its epoch. Nothing is kept in the session."""

from django.conf import settings
from django.core import signing
from django.db.models.functions import Now
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from exams.sittings import token
from exams.sittings.models import Attempt, Candidate
from lms.kit.prepared import Prepared

COOKIE, KEPT_SECONDS = "exam", 86_400
State = Attempt.State
ELSEWHERE: dict[str, str] = {
    State.READY: "exams:room", State.VOID: "exams:room", State.SUBMITTED: "exams:receipt",
}  # fmt: skip


def _candidate(user: int, pk: int):
    rows = Candidate.objects.of(user).filter(pk=pk)
    return rows.select_related("exam", "sitting", "hall__unit", "officer", "attempt")


def _attempt(user: int, pk: int):
    rows = Attempt.objects.filter(candidate__in=Candidate.objects.of(user).filter(pk=pk)).annotate(now=Now())
    return rows.select_related("candidate__exam", "candidate__sitting", "candidate__hall", "candidate__officer")


_CANDIDATE, _ATTEMPT = Prepared(_candidate), Prepared(_attempt)


def own_candidate(request, pk: int) -> Candidate:
    """404 for anybody else's place, whatever its reader may see in the console."""
    return _found(_CANDIDATE.first(request.user.pk, pk))


def own_attempt(request, pk: int) -> Attempt:
    """The attempt of a candidate's own place, with the database's time as `now`: one query."""
    return _found(_ATTEMPT.first(request.user.pk, pk))


def _found(row):
    if row is None:
        raise Http404
    return row


def is_this_device(request, attempt: Attempt) -> bool:
    try:
        known = token.read(request.COOKIES.get(COOKIE, ""))
    except (signing.BadSignature, ValueError, TypeError):
        return False
    return known == token.Token(attempt.pk, attempt.epoch, attempt.paper_id)


def remembered(response: HttpResponse, attempt: Attempt) -> HttpResponse:
    """The answer, which makes this device the one that writes."""
    response.set_cookie(
        COOKIE, token.issue(attempt), max_age=KEPT_SECONDS, path=reverse("exams:room", args=[attempt.candidate_id]),
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip
    return response


def led_away(request, attempt: Attempt) -> HttpResponse | None:
    """Where to go from the answer sheet if it is not this device's to write on."""
    place = ELSEWHERE.get(attempt.state)
    if place is None and not is_this_device(request, attempt):
        place = "exams:take_over"
    return redirect(place, attempt.candidate_id) if place else None
