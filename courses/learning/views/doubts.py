"""The office's page for deciding many stretches in doubt at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import HeaderButton

from courses.learning.filters import DoubtFilters
from courses.learning.forms import ReviewForm
from courses.learning.models import WatchSpan
from courses.learning.services.review import REVIEW, decide_spans, reject_span, release_span
from lms.kit.viewsets import limit_choices

PER_PAGE = 50
DECISIONS = {"release": ("计入", release_span), "reject": ("不予计入", reject_span)}


class DoubtsIndexView(IndexView):
    @cached_property
    def header_buttons(self):
        if not self.request.user.has_perm(REVIEW):
            return super().header_buttons
        return [*super().header_buttons, HeaderButton("批量核定", reverse("learning_doubts:list"), icon_name="check")]


@login_required
@permission_required(REVIEW, raise_exception=True)
def doubts(request):
    rows = WatchSpan.objects.within(request.user, REVIEW)
    form = ReviewForm(request.POST or None)
    if request.method == "POST" and _decide(request, rows, form):
        query = request.GET.urlencode()
        return redirect(reverse("learning_doubts:list") + (f"?{query}" if query else ""))
    waiting = rows.quarantined().select_related("progress__officer__unit", "progress__version").order_by("-id")
    filters = DoubtFilters(request.GET, waiting, request=request)
    limit_choices(filters.form, request.user)
    page = Paginator(filters.qs, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "filters": filters.form, "form": form, "chosen": request.POST.getlist("span")}
    return render(request, "learning/doubts.html", context)


def _decide(request, rows, form) -> bool:
    """False where the form has to be shown again. 404 for a stretch that is not the reviewer's to decide."""
    asked = {int(key) for key in request.POST.getlist("span") if key.isdecimal()}
    spans = list(rows.filter(pk__in=asked).order_by("pk"))
    if len(spans) < len(asked) or request.POST.get("decision") not in DECISIONS:
        raise Http404
    if not spans:
        form.add_error(None, "还没有选片段。")
    if not form.is_valid():
        return False
    label, decide = DECISIONS[request.POST["decision"]]
    result = decide_spans(spans, decide, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, f"{label}{result.done}段。" if result.done else "没有改动。")
    if result.already:
        messages.warning(request, f"另有{result.already}段已由他人核定，未改动。")
    return True
