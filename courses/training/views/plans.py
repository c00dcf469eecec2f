"""The console's page of one plan, and the tables in which its lines are written."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from wagtail.admin.views.generic import CreateView, EditView, IndexView, InspectView

from courses.training.forms.plans import ChangeItemForm, item_formset
from courses.training.models import PlanChange, PlanItem, TrainingPlan
from courses.training.planning import MEETING, totals
from courses.training.services.execution import carried_out, done_of, with_execution
from courses.training.services.filing import may
from courses.training.services.plan_checks import check_plan, modules_of
from courses.training.services.plan_items import change_item, retype_to_meeting, save_items
from courses.training.services.plan_log import ACTIONS, ADD, CHANGE, STATE_CHANGES
from courses.training.services.supervision import ADD as ADD_VISIT

CHECKED = ("DRAFT", "APPROVED", "RETURNED", "FILED")
SHOWN_CHANGES, BLANK_LINES = 60, 3
NAMES = {field.name: str(field.verbose_name) for field in PlanItem._meta.fields} | {
    "findings": "督导情况", "rectification": "整改要求", "result": "整改结果", "items": "项目数", "source": "来源",
}  # fmt: skip
ORDER = {name: place for place, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Told:
    """A change as people read it."""

    change: PlanChange
    label: str
    is_step: bool
    fields: list[tuple[str, str, str]]

    @property
    def summary(self) -> str:
        return "；".join(
            f"{name}：{old}→{new or '（空）'}" if old else f"{name}：{new}" for name, old, new in self.fields
        )


def told(change: PlanChange) -> Told:
    # The database keeps no order of the keys.
    names = sorted(change.changed, key=lambda name: ORDER.get(name, len(ORDER)))
    pairs = [(NAMES.get(name, name), *_pair(change.changed[name])) for name in names]
    return Told(change, ACTIONS.get(change.action, change.action), change.action in STATE_CHANGES, pairs)


def _pair(value) -> tuple[str, str]:
    return (value[0], value[1]) if isinstance(value, list) else ("", str(value))


class PlanView(InspectView):
    template_name = "training/plan.html"

    def get_context_data(self, **kwargs):
        plan, user = self.object, self.request.user
        items = list(with_execution(plan.items.select_related("follows")))
        own = plan.changes.visible_to(user)
        return super().get_context_data(**kwargs) | lines_of(plan, items, user) | {
            "plan": plan,
            "steps": self.viewset.open_actions(plan, user),
            "findings": check_plan(plan, items) if plan.state in CHECKED else None,
            "changes": [told(change) for change in own.select_related("by")[:SHOWN_CHANGES]],
            "change_count": own.count(),
            "visits": plan.visits.visible_to(user).select_related("made_by"),
            "may_edit": may(user, "items", plan),
            "may_change": may(user, "change", plan),
            "may_visit": plan.state != "DRAFT" and user.has_perm(ADD_VISIT) and may_look_in(user, plan),
            "today": timezone.localdate(),
        }  # fmt: skip


def may_look_in(user, plan: TrainingPlan) -> bool:
    return any(scope.is_whole_city or scope.pk != plan.unit_id for scope in user.scope(ADD_VISIT))


def lines_of(plan: TrainingPlan, items: list[PlanItem], user) -> dict:
    labels, carried = modules_of(plan.year), carried_out(plan, user)
    for item in items:
        item.module_names = [labels.get(code, code) for code in item.modules]
        item.carried = carried.get(item.pk, [])
        item.carried_seats = sum(row.attendances for row in item.carried)
        item.carried_share = 100 * item.carried_seats / item.attendances
    return {
        "items": items, "training": totals(items), "meeting": totals(items, MEETING), "done": done_of(items),
        "carries": bool(carried),
    }  # fmt: skip


class PlanIndexView(IndexView):
    def get_edit_url(self, instance):
        """Rows lead to the plan's page, from which everything else is done."""


class PlanCreateView(CreateView):
    def get_success_url(self):
        return reverse("trainingplan:inspect", args=[self.object.pk])

    def get_initial(self):
        """Of one's own unit and this year, unless the address says otherwise."""
        own = next(iter(self.request.user.scope(ADD)), None)
        year = self.request.GET.get("year", timezone.localdate().year)
        asked = {"unit": self.request.GET.get("unit", own.pk if own else None), "year": year}
        return super().get_initial() | asked | {"span": self.request.GET.get("span", TrainingPlan.Span.YEAR)}


class PlanEditView(EditView):
    def get_success_url(self):
        return reverse("trainingplan:inspect", args=[self.object.pk])


class VisitCreateView(CreateView):
    def get_initial(self):
        return super().get_initial() | {"plan": self.request.GET.get("plan"), "visited_on": timezone.localdate()}


def plan_for(request, pk: int) -> TrainingPlan:
    """A plan the user may work on; one he only sees is not here."""
    rows = TrainingPlan.objects.visible_to(request.user).within(request.user, CHANGE)
    return get_object_or_404(rows.select_related("unit", "follows__unit"), pk=pk)


def to_plan(plan: TrainingPlan):
    return redirect("trainingplan:inspect", plan.pk)


def not_now(request, plan: TrainingPlan):
    messages.error(request, f"计划{plan.get_state_display()}，或不由您的单位编制，现在不能修改项目。")
    return to_plan(plan)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def items(request, pk: int):
    """All lines in one table."""
    plan = plan_for(request, pk)
    if not may(request.user, "items", plan):
        return not_now(request, plan)
    rows = plan.items.order_by("number")
    blank = BLANK_LINES if not rows.exists() else 0
    form_kwargs = {"labels": modules_of(plan.year), "upper": plan.follows}
    formset = item_formset(blank)(request.POST or None, queryset=rows, form_kwargs=form_kwargs, prefix="items")
    if request.method == "POST" and formset.is_valid() and _saved(request, plan, formset):
        messages.success(request, "项目已保存。")
        return to_plan(plan) if "done" in request.POST else redirect("training_plans:items", plan.pk)
    context = {"plan": plan, "formset": formset, "training": totals(rows), "meeting": totals(rows, MEETING)}
    context["findings"] = check_plan(plan, list(rows))
    return render(request, "training/plan_items.html", context, status=200 if request.method == "GET" else 422)


def _saved(request, plan: TrainingPlan, formset) -> bool:
    written = formset.save(commit=False)
    try:
        save_items(plan, written, formset.deleted_objects, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return False
    return True


@login_required
@require_POST
@permission_required(CHANGE, raise_exception=True)
def retype(request, pk: int, item: int):
    plan = plan_for(request, pk)
    line = get_object_or_404(plan.items, pk=item)
    try:
        retype_to_meeting(line, actor=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"“{line}”已改列为会议，不计入培训，也不产生学时。")
    return redirect("training_plans:items", plan.pk) if "back" in request.POST else to_plan(plan)


@login_required
@permission_required(CHANGE, raise_exception=True)
@require_http_methods(["GET", "POST"])
def change(request, pk: int, item: int | None = None):
    """One line of an accepted plan, with the reason."""
    plan = plan_for(request, pk)
    if not may(request.user, "change", plan):
        return not_now(request, plan)
    line = get_object_or_404(plan.items, pk=item) if item else PlanItem(plan=plan)
    form = ChangeItemForm(request.POST or None, instance=line, labels=modules_of(plan.year), upper=plan.follows)
    if request.method == "POST" and form.is_valid() and _changed(request, form):
        return to_plan(plan)
    context = {"plan": plan, "form": form, "line": line if item else None}
    return render(request, "training/plan_change.html", context, status=200 if request.method == "GET" else 422)


def _changed(request, form) -> bool:
    try:
        change_item(form.instance, actor=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return False
    messages.success(request, "变更已保存，并已告知上级。")
    return True
