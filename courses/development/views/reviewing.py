"""A reviewer's own pages: the work and the rubric, and nothing of who made it or what others said."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courses.catalogue.models import Courseware
from courses.catalogue.services.publishing import frozen_content
from courses.development.forms.outputs import ReviewForm
from courses.development.models import PeerReview
from courses.development.rubric import criteria
from courses.development.services.reviews import begin_review, send_review

PER_PAGE = 20


def own_reviews(user):
    return PeerReview.objects.of(user).select_related("submission__output", "submission__courseware", "rubric")


@login_required
@never_cache
def reviews(request):
    rows = own_reviews(request.user).order_by(F("sent_at").asc(nulls_first=True), "due_on", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "development/reviews.html", {"place": "me", "page": page, "today": timezone.localdate()})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def review(request, pk: int):
    row = get_object_or_404(own_reviews(request.user), pk=pk)
    form = ReviewForm(request.POST or None, formula=row.rubric.formula)
    if request.method == "POST" and form.is_valid():
        try:
            send_review(row, form.scores, form.cleaned_data["comment"], actor=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, "评审已提交。")
            return redirect("development:reviews")
    parts = [(one, row.scores.get(one.key)) for one in criteria(row.rubric.formula)]
    context = {
        "place": "me", "row": row, "form": form, "parts": parts, "today": timezone.localdate(),
        "lessons": lessons_of(row), "is_open": not row.sent_at and not row.submission.verdict,
    }  # fmt: skip
    return render(request, "development/review.html", context)


def lessons_of(row: PeerReview) -> list[dict]:
    """The course as it was handed in; of its page nothing but the lessons."""
    revision = row.submission.revision
    if revision is None:
        return []
    return frozen_content(revision.as_object())["lessons"]


@login_required
@require_POST
def begin(request, pk: int):
    row = get_object_or_404(own_reviews(request.user), pk=pk)
    try:
        begin_review(row, actor=request.user)
        messages.success(request, "已标记“我正在评审”。")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("development:review", pk)


@login_required
@require_GET
def file(request, pk: int, courseware: int):
    """A file of what is under review, under a name that says nothing."""
    row = get_object_or_404(own_reviews(request.user), pk=pk)
    known = {row.submission.courseware_id} | {lesson["media"] for lesson in lessons_of(row)}
    found = get_object_or_404(Courseware, pk=courseware if courseware in known else 0)
    suffix = Courseware.SUFFIXES[Courseware.Kind(found.kind)]
    content_type = "video/mp4" if suffix == ".mp4" else "application/pdf"
    return FileResponse(found.file.open("rb"), filename=f"review-{pk}{suffix}", content_type=content_type)
