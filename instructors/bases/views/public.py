"""For everybody, without signing in: which practice bases there are."""

from itertools import groupby

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from instructors.bases.entitlement import key_of
from instructors.bases.models import PracticeBase
from instructors.bases.usage import use_of
from lms.certificates.models import Certificate
from lms.people.models import OrgUnit


def district_names() -> dict[str, str]:
    return dict(OrgUnit.objects.filter(depth=2).values_list("path", "name"))


@require_safe
def bases(request):
    text = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    rows = PracticeBase.objects.published().order_by("venue__unit__path", "venue__name")
    total = rows.count()
    if text:
        found = Q(venue__name__icontains=text) | Q(theme__icontains=text) | Q(venue__unit__name__icontains=text)
        rows = rows.filter(found | Q(venue__address__icontains=text))
    names = district_names()
    found_rows = list(rows)
    groups = [
        (names.get(path, ""), list(own)) for path, own in groupby(found_rows, lambda base: base.unit.city_level_path)
    ]
    context = {"groups": groups, "q": text, "total": total, "shown": len(found_rows), "place": ""}
    return render(request, "bases/public_list.html", context)


@require_safe
def base(request, pk):
    row = get_object_or_404(PracticeBase.objects.published(), pk=pk)
    today = timezone.localdate()
    context = {
        "base": row, "plaque": Certificate.objects.standing_for(key_of(row)), "year": today.year, "place": "",
        "use": use_of([row.venue_id], today.replace(month=1, day=1), today)[row.venue_id],
    }  # fmt: skip
    return render(request, "bases/public_base.html", context)
