"""报送: what is ready to go, the package, and what was sent."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from courses.training.views.enrollment import holders_only
from exams.licences.models import Submission
from exams.licences.services.dispatching import SEND, dispatch, fingerprint, ready, take_out

SHOWN = 300


def trail(here: str, *steps: tuple[str, str]) -> dict:
    """`steps` are (address, label) on the way to this page."""
    items = [{"url": url, "label": label} for url, label in steps]
    return {"breadcrumbs_items": [*items, {"url": "", "label": here}], "title": here}


@holders_only(SEND)
@require_http_methods(["GET", "POST"])
def send(request):
    """What lies ready is shown first, and only that is sent."""
    refusal = ""
    if request.method == "POST":
        try:
            submission = dispatch(request.user, expected=request.POST.get("fingerprint", ""))
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
        else:
            messages.success(request, f"已报送{submission.rows}份申请，请下载文件并送交发证机关。")
            return redirect("submission:inspect", submission.pk)
    rows = list(ready(request.user))
    context = {
        "rows": rows[:SHOWN], "count": len(rows), "units": _by_unit(rows), "fingerprint": fingerprint(rows),
        "refusal": refusal, **trail("报送申请", (reverse("submission:index"), "报送")),
    }  # fmt: skip
    return render(request, "licences/send.html", context, status=409 if refusal else 200)


def _by_unit(rows) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for row in rows:
        name = row.certificate.officer.unit.name
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@holders_only("licences.view_submission")
@require_safe
def package(request, pk):
    submission = get_object_or_404(Submission.objects.visible_to(request.user), pk=pk)
    answer = HttpResponse(take_out(submission, actor=request.user), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{submission.filename}"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
