"""审核台: what waits for the unit or the bureau, decided page by page, each row with its own answer."""

from collections.abc import Sequence

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from courses.training.views.enrollment import holders_only
from exams.licences.forms.applying import BoardForm
from exams.licences.models import Application
from exams.licences.services.boards import PERMISSIONS, lines_of, waiting
from exams.licences.services.reviewing import APPROVE, REVIEW, Answer, Verdict, decide_many

PER_PAGE = 50
PASS, LATER, RETURN = "pass", "", "return-"
TITLES = {"review": "单位审核", "approve": "市局审核"}
Fault = Application.Fault


@holders_only(REVIEW)
@require_http_methods(["GET", "POST"])
def review(request):
    return _board(request, "review")


@holders_only(APPROVE)
@require_http_methods(["GET", "POST"])
def approve(request):
    return _board(request, "approve")


def _board(request, verb: str):
    form = BoardForm(request.GET, user=request.user, permission=PERMISSIONS[verb])
    wanted = form.cleaned_data if form.is_valid() else {}
    answers = _decide(request, verb) if request.method == "POST" else []
    page = Paginator(waiting(request.user, verb, wanted), PER_PAGE).get_page(request.GET.get("page"))
    lines = lines_of(list(page.object_list), request.user)
    context = {
        "verb": verb, "title": TITLES[verb], "form": form, "page": page, "lines": lines, "faults": Fault.choices,
        "short": sum(not line.is_met for line in lines), "answers": _told(answers), "is_narrowed": any(wanted.values()),
        "query": _without_page(request), **trail(TITLES[verb]),
    }  # fmt: skip
    return render(request, "licences/board.html", context)


def _without_page(request) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _decide(request, verb: str) -> list[Answer]:
    """Only rows of this desk, whatever the form names; those decided meanwhile say so."""
    chosen = {
        int(name.removeprefix("verdict-")): value
        for name, value in request.POST.items()
        if name.startswith("verdict-") and value != LATER and name.removeprefix("verdict-").isdecimal()
    }
    rows = Application.objects.within(request.user, PERMISSIONS[verb]).filter(pk__in=list(chosen)[:PER_PAGE])
    verdicts = [_verdict(row, chosen[row.pk], request) for row in rows.with_people().order_by("pk")]
    return decide_many(verdicts, verb, actor=request.user)


def _verdict(row: Application, chosen: str, request) -> Verdict:
    note = request.POST.get(f"note-{row.pk}", "").strip()[:200]
    return Verdict(row, "" if chosen == PASS else chosen.removeprefix(RETURN), note)


def _told(answers: Sequence[Answer]) -> dict:
    done = [one for one in answers if not one.refusal]
    return {
        "passed": sum(not one.is_returned for one in done),
        "returned": [one for one in done if one.is_returned],
        "refused": [one for one in answers if one.refusal],
        "count": len(answers),
    }


def trail(here: str) -> dict:
    items = [{"url": reverse("application:index"), "label": "执法证申办"}, {"url": "", "label": here}]
    return {"breadcrumbs_items": items}
