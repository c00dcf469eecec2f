"""What everybody may see of the studios: who leads them, what they are for, and what came of it."""

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from instructors.studios.models import InstructorStudio, Work


def _running():
    today = timezone.localdate()
    rows = InstructorStudio.objects.running().select_related("unit", "lead").prefetch_related("topics")
    return rows.with_year(today.year, today)


@require_safe
def studios(request):
    return render(request, "studios/public_list.html", {"studios": _running()})


@require_safe
def studio(request, pk):
    row = get_object_or_404(_running(), pk=pk)
    counts = dict(row.outputs.order_by().values_list("kind").annotate(Count("pk")))
    context = {
        "row": row, "counts": [(label, counts.get(code, 0)) for code, label in Work.choices],
        "outputs": row.outputs.public(), "last": row.reviews.exclude(decision="").first(),
    }  # fmt: skip
    return render(request, "studios/public.html", context)
