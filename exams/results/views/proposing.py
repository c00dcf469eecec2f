"""The page from which results are released: what stands in the way, each with what to do about it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from courses.training.views.enrollment import holders_only
from exams.results.forms.office import ReasonForm, ReleaseForm
from exams.results.services.obstacles import due, obstacles, open_incidents
from exams.results.services.releasing import clear_incident, propose_release
from exams.sittings.models import Exam, Incident
from exams.sittings.services.starting import database_now
from lms.kit.viewsets import refuse

ADD = "results.add_release"


def exam_to_release(request, pk: int) -> Exam:
    rows = Exam.objects.visible_to(request.user).within(request.user, ADD).published()
    return get_object_or_404(rows.select_related("unit", "blueprint"), pk=pk)


@holders_only(ADD)
@require_http_methods(["GET", "POST"])
def propose(request, pk):
    exam = exam_to_release(request, pk)
    over = exam.sittings.filter(closes_at__lt=database_now()).order_by("number")
    form = ReleaseForm(request.POST or None, exam=exam, initial={"sittings": list(over)})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            release = propose_release(exam, data["sittings"], actor=request.user, feedback=data["feedback"])
        except ValidationError as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, "发布已提出，由另一人复核后成绩才会告知考生。")
            return redirect("release:inspect", release.pk)
    chosen = list(form.cleaned_data.get("sittings", over)) if form.is_bound and form.is_valid() else list(over)
    context = {
        "exam": exam, "form": form, "chosen": chosen, "people": due(exam, chosen).count(),
        "obstacles": obstacles(exam, chosen) if not exam.is_self_service else [],
        "incidents": open_incidents(chosen), "clear_form": ReasonForm(),
        "pending": exam.releases.waiting().first(),
    }  # fmt: skip
    return render(request, "results/propose.html", context, status=422 if form.errors else 200)


@holders_only(ADD)
@require_POST
def clear(request, pk):
    incidents = Incident.objects.filter(request.user.scope_filter(ADD, "candidate__exam__unit"))
    incident = get_object_or_404(incidents.select_related("candidate__exam"), pk=pk)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError("请写明为什么不影响成绩。", code="reason")
        clear_incident(incident, actor=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, "已记为不影响成绩。")
    return redirect("results_office:propose", incident.candidate.exam_id)
