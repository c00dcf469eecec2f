"""Classes of others, mostly of units above, that have seats for one's own people."""

from collections import Counter

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.training.clashes import LIVE
from courses.training.models import Enrollment, TrainingClass
from courses.training.services.enrollment import ENROLL, closes_at, units_of
from courses.training.views.enrollment import holders_only

PER_PAGE = 50


@holders_only(ENROLL)
@require_safe
def offered(request):
    user = request.user
    units, own = units_of(user), TrainingClass.objects.within(user, ENROLL)
    rows = TrainingClass.objects.enrolling().offered_to(units).exclude(pk__in=own.values("pk"))
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(title__icontains=words)
    rows = rows.select_related("unit").with_seats_taken().order_by("starts_on", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    fill(page, user)
    return render(request, "training/enroll_offered.html", {"page": page, "q": words})


def fill(page, user) -> None:
    """How many of one's own are named for each class: two queries for any number of classes."""
    named = Enrollment.objects.filter(user.scope_filter(ENROLL, "unit"), training_class__in=page.object_list)
    counts = Counter(named.filter(state__in=LIVE).order_by().values_list("training_class", flat=True))
    for row in page:
        row.named, row.closes_at = counts[row.pk], closes_at(row)
