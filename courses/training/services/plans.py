"""A unit's plan: begun, begun from last year's, and held while it is worked on."""

from django.core.exceptions import ValidationError
from django.db import transaction

from courses.training.models import PlanItem, TrainingPlan
from courses.training.services.plan_checks import modules_of
from courses.training.services.plan_log import ADD, CHANGE, is_own, log, must

Span, State = TrainingPlan.Span, TrainingPlan.State
EDITABLE = (State.DRAFT, State.RETURNED)
YEARS = {Span.YEAR: 1, Span.THREE_YEARS: 3}
COPIED = ("number", "title", "event_type", "kind", "layer", "audience", "classes", "seats", "days", "hours",
          "quarter", "modules", "note")  # fmt: skip
OWNER = "本单位教育培训部门"


@transaction.atomic
def create_plan(plan: TrainingPlan, *, actor, copies_last: bool = False) -> TrainingPlan:
    must(is_own(actor, ADD, plan.unit), f"{plan.unit}的教育培训部门")
    check_follows(plan)
    plan.title = plan.title or default_title(plan)
    plan.made_by = actor
    plan.save(force_insert=True)
    log(plan, "create", actor)
    if copies_last:
        _copy_last(plan, actor)
    return plan


def default_title(plan: TrainingPlan) -> str:
    if plan.span == Span.THREE_YEARS:
        return f"{plan.unit}{plan.year}—{plan.year + 2}年教育培训三年行动计划"
    return f"{plan.unit}{plan.year}年教育培训计划"


def check_follows(plan: TrainingPlan) -> None:
    """What is carried out is a plan of a unit above, or the unit's own of a longer span, of the same time."""
    upper = plan.follows
    if upper is None:
        return
    longer = upper.unit_id == plan.unit_id and upper.span == Span.THREE_YEARS and plan.span == Span.YEAR
    above = upper.unit_id != plan.unit_id and (upper.unit.is_whole_city or plan.unit.path.startswith(upper.unit.path))
    if not (longer or above):
        raise ValidationError("落实的应是上级单位的计划，或本单位的三年行动计划。", code="follows_not_above")
    if not upper.year <= plan.year < upper.year + YEARS[Span(upper.span)]:
        raise ValidationError("落实的上级计划不含这一年度，请另选。", code="follows_other_year")


def _copy_last(plan: TrainingPlan, actor) -> None:
    last = TrainingPlan.objects.filter(unit=plan.unit, span=plan.span, year=plan.year - YEARS[Span(plan.span)]).first()
    if last is None:
        raise ValidationError("没有上一期计划可以沿用，请不勾选此项。", code="nothing_to_copy")
    rows = [PlanItem(plan=plan, **{name: getattr(item, name) for name in COPIED}) for item in last.items.all()]
    compulsory = modules_of(plan.year)
    for row in rows:
        row.modules = [code for code in row.modules if code in compulsory]
    PlanItem.objects.bulk_create(rows)
    log(plan, "copy", actor, changed={"items": len(rows), "source": last.title})


@transaction.atomic
def edit_plan(plan: TrainingPlan, *, actor) -> TrainingPlan:
    """Its title and what it carries out; unit and year stay."""
    stored = held_for_editing(plan, actor)
    check_follows(plan)
    changed = {
        name: [str(getattr(stored, name) or ""), str(getattr(plan, name) or "")]
        for name in ("title", "follows")
        if getattr(stored, name) != getattr(plan, name)
    }
    plan.save(update_fields=["title", "follows"])
    if changed:
        log(plan, "edit_plan", actor, changed=changed)
    return plan


def held(plan: TrainingPlan) -> TrainingPlan:
    """Its row, locked until the transaction ends."""
    rows = TrainingPlan.objects.select_for_update(of=("self",)).select_related("unit", "follows__unit", "made_by")
    return rows.get(pk=plan.pk)


def held_for_editing(plan: TrainingPlan, actor) -> TrainingPlan:
    plan = held(plan)
    must(is_own(actor, CHANGE, plan.unit), OWNER)
    if plan.state not in EDITABLE:
        raise ValidationError(
            f"计划{plan.get_state_display()}，不能直接修改。已审未报备的先撤回修改，已备案的走变更。",
            code="not_editable",
        )
    if plan.decided_by_id == actor.pk:
        raise ValidationError("您退回了这份计划，请由编制单位的其他人修改。", code="returned_by_you")
    return plan
