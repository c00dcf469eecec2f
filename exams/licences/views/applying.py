"""批量申办: whom an office may apply for and whom not yet, with the reasons; then those that were ticked."""

from django.core.exceptions import ValidationError
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.training.views.enrollment import holders_only
from exams.licences.forms.applying import BatchForm, WantedForm
from exams.licences.services.applying import Row, Wish, apply_many
from exams.licences.services.candidates import APPLY, Prospect, prospects
from exams.licences.views.boards import trail
from lms.people.models import Officer, OrgUnit


@holders_only(APPLY)
@require_http_methods(["GET", "POST"])
def apply_for(request):
    """Nothing is done but for those ticked, and of those only for whom the conditions hold at that moment."""
    wanted = WantedForm(request.GET or None, user=request.user)
    rows: list[Prospect] = []
    refusal = ""
    if wanted.is_bound and wanted.is_valid():
        try:
            rows = prospects(request.user, **wanted.cleaned_data)
        except ValidationError as fault:
            refusal = " ".join(fault.messages)
    unit = wanted.cleaned_data.get("unit") if wanted.is_bound and wanted.is_valid() else None
    batch_form = BatchForm(request.POST or None, initial={"area": unit.name if unit else ""})
    context = {
        "wanted": wanted, "form": batch_form, "is_bound": wanted.is_bound and not refusal, "refusal": refusal,
        **trail("批量申办"),
    }  # fmt: skip
    if request.method == "POST" and unit and batch_form.is_valid():
        try:
            return _apply(request, unit, wanted.cleaned_data["kind"], batch_form)
        except ValidationError as fault:
            context["refusal"] = " ".join(fault.messages)
    context |= {
        "ready": [row for row in rows if row.is_ready], "unready": [row for row in rows if not row.is_ready],
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "licences/apply.html", context)


def _apply(request, unit: OrgUnit, kind: str, form: BatchForm):
    pks = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 18]
    officers = Officer.objects.filter(request.user.scope_filter(APPLY, "unit"), pk__in=pks).select_related("unit")
    wish = Wish(form.cleaned_data["area"], form.cleaned_data["note"], kind)
    batch, rows = apply_many(unit, list(officers.order_by("unit__path", "staff_no")), wish, actor=request.user)
    return render(request, "licences/applied.html", {"batch": batch, **_told(rows), **trail("批量申办")})


def _told(rows: list[Row]) -> dict:
    refused = [row for row in rows if row.refusal]
    return {"people": len(rows), "taken": len(rows) - len(refused), "refused": refused}
