"""Filling a class, or several of one plan item, from the list of people: shown first, then carried out."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from courses.training.forms.enrollment import WantedForm
from courses.training.models import TrainingClass
from courses.training.services.assigning import Deal, carry_out, chosen, plan_deal
from courses.training.services.enrollment import ENROLL
from courses.training.views.enrollment import class_to_fill, holders_only, learners_context, learners_url, say
from lms.jobs.models import Job

Class = TrainingClass


@holders_only(ENROLL)
@require_http_methods(["GET", "POST"])
def assign(request, pk):
    """By filter: what would happen is shown first, and only that is carried out."""
    training_class = class_to_fill(request, pk, ours_only=True)
    siblings = siblings_of(request.user, training_class)
    asked = request.POST if request.method == "POST" else request.GET
    form = WantedForm(asked or _prefilled(training_class), user=request.user, siblings=siblings)
    deal = _deal(request.user, training_class, form) if form.is_valid() else None
    context = learners_context(request, training_class) | {"form": form, "deal": deal, "siblings": siblings}
    context |= {"is_asked": bool(asked), "status": 200}
    if request.method == "POST" and deal:
        try:
            done = carry_out(
                deal, request.POST.get("fingerprint", ""), actor=request.user,
                reason=request.POST.get("reason", "")[:200],
            )  # fmt: skip
        except ValidationError as refusal:
            context |= {"refusal": " ".join(refusal.messages), "status": 409}
        else:
            return _after(request, training_class, done)
    return render(request, "training/enroll_assign.html", context, status=context["status"])


def _prefilled(training_class: TrainingClass) -> dict:
    is_owed, is_practice = training_class.kind != "IN_SERVICE", training_class.stage == "PRACTICE"
    prefilled = {"fresh": "on"}
    if is_owed:
        prefilled["owes"] = "on"
    if is_practice:
        prefilled["follows"] = "on"
    return prefilled


def siblings_of(user, training_class: TrainingClass) -> QuerySet[TrainingClass]:
    """Other open classes of the same plan item and stage, among which people can be split."""
    if not training_class.plan_item_id:
        return Class.objects.none()
    same = Class.objects.within(user, ENROLL).filter(plan_item=training_class.plan_item_id, stage=training_class.stage)
    return same.enrolling().exclude(pk=training_class.pk).order_by("starts_on", "pk")


def _deal(user, training_class: TrainingClass, form: WantedForm) -> Deal:
    classes = sorted([training_class, *form.cleaned_data["classes"]], key=lambda one: (one.starts_on, one.pk))
    return plan_deal(chosen(user, training_class, form.wanted), classes)


def _after(request, training_class, done):
    if isinstance(done, Job):
        return redirect(done.page)
    say(request, done)
    return redirect(learners_url(training_class))
