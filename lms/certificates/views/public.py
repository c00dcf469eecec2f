"""The one page of the house that is open to everybody: is this certificate genuine, now?"""

from allauth.account.adapter import get_adapter
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lms.certificates.answers import Answer
from lms.certificates.services.verification import TooMany, count_question, find_by_code, find_by_number, masked

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


# Asking changes nothing, and a token in the page would make each answer another.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request):
    if request.method != "POST":
        return _page(request, {})
    number, name = (request.POST.get(field, "").replace("\x00", "") for field in ("number", "name"))
    return _answer(request, lambda: find_by_number(number, name))


@require_safe
def verify_code(request, code):
    return _answer(request, lambda: find_by_code(code))


def _answer(request, find):
    """One page and one status, whether a certificate is unknown or the question makes no sense."""
    try:
        count_question(get_adapter().get_client_ip(request))
    except TooMany:
        return _page(request, {"is_too_often": True}, status=429)
    found = find()
    context: dict = {"is_asked": True, "found": found}
    if isinstance(found, Answer):
        return _page(request, context | _kept_above(found))
    if found:
        document = getattr(found, "document", None)
        context |= {
            "standing": found.standing, "name": _shown_name(found), "now": timezone.localtime(),
            "ended_on": _ended_on(found), "digest": _grouped(document.sha256[:32]) if document else [],
        }  # fmt: skip
    return _page(request, context)


def _kept_above(answer: Answer) -> dict:
    """What another app says of a paper of its own, with a person's name as little as any other."""
    return {
        "found": None, "answer": answer, "standing": answer.standing, "name": masked(answer.holder),
        "ended_on": answer.ended_on, "now": timezone.localtime(), "digest": _grouped(answer.sha256[:32]),
    }  # fmt: skip


def _shown_name(certificate) -> str:
    """A place's name is public, a person's is not."""
    return certificate.holder if certificate.is_of_a_place else masked(certificate.holder)


def _ended_on(certificate):
    """Since when it has not been valid, if it is not."""
    if certificate.standing == certificate.State.LAPSED:
        return certificate.expires_on
    last = certificate.events.in_force().order_by("checked_at").last()
    return timezone.localdate(last.checked_at) if last and certificate.state != certificate.State.VALID else None


def _grouped(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _page(request, context: dict, status: int = 200):
    answer = render(request, "certificates/verify.html", context, status=status)
    for name, value in HEADERS.items():
        answer[name] = value
    return answer
