"""How a window's places are shared among units."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from courses.training.views.enrollment import holders_only
from exams.sittings.models import Candidate
from exams.sittings.services.candidates import RUN
from exams.sittings.services.windows import Places, share_places
from exams.sittings.views.listing import context_of, sitting_to_fill
from lms.people.models import OrgUnit


class PlaceForm(forms.Form):
    places = forms.IntegerField(min_value=0, max_value=32767, required=False)


@holders_only(RUN)
@require_http_methods(["GET", "POST"])
def share(request, pk):
    """A line for every unit of city level below the exam's own, with what it has filled already."""
    sitting, right = sitting_to_fill(request, pk, office_only=True)
    held = {one.unit_id: one.places for one in sitting.quotas.all()}
    paths = list(sitting.candidates.exclude(state=Candidate.State.DEFERRED).values_list("unit__path", flat=True))
    lines = [
        {
            "unit": unit,
            "taken": sum(path.startswith(unit.path) for path in paths),
            "form": _form(request, unit, held.get(unit.pk)),
        }
        for unit in units_below(sitting.exam.unit, held)
    ]
    context, refusal = context_of(sitting, right, "分配名额"), ""
    if request.method == "POST" and all(line["form"].is_valid() for line in lines):
        try:
            share_places(sitting, _shares(lines), actor=request.user)
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
        else:
            messages.success(request, "名额已分配。")
            return redirect(context["page"])
    context |= {"lines": lines, "refusal": refusal, "given": sum(held.values())}
    return render(request, "sittings/places.html", context, status=409 if refusal else 200)


def units_below(unit: OrgUnit, held) -> list[OrgUnit]:
    below = unit.get_children().exclude(kind__in=["STREET", "SECTION"]).values("pk")
    return list(OrgUnit.objects.filter(Q(pk__in=below) | Q(pk__in=list(held))).order_by("path"))


def _form(request, unit: OrgUnit, places: int | None) -> PlaceForm:
    data = request.POST if request.method == "POST" else None
    return PlaceForm(data, prefix=str(unit.pk), initial={"places": places})


def _shares(lines: list[dict]) -> list[Places]:
    rows = [(line["unit"], line["form"].cleaned_data["places"]) for line in lines]
    return [Places(unit, places) for unit, places in rows if places is not None]
