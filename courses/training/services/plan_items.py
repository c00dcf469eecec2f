"""Lines of a plan: written together while it is drafted, one by one with a reason once it is accepted."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from courses.training.models import EventType, PlanItem, TrainingPlan
from courses.training.services.plan_checks import check_plan, modules_of
from courses.training.services.plan_log import CHANGE, is_own, log, must, tell_above
from courses.training.services.plans import COPIED, OWNER, State, held, held_for_editing

FIELDS = (*COPIED[1:], "follows")


def words(item: PlanItem | None, labels: dict[str, str]) -> dict[str, str]:
    """A line as people read it, by field."""
    if item is None:
        return dict.fromkeys(FIELDS, "")
    found = {name: getattr(item, f"get_{name}_display", lambda name=name: getattr(item, name))() for name in FIELDS}
    found["modules"] = "、".join(labels.get(code, code) for code in item.modules)
    found["days"], found["hours"] = f"{item.days:.1f}", f"{item.hours:.2f}"
    return {name: "" if value is None else str(value) for name, value in found.items()}


def difference(before: PlanItem | None, after: PlanItem, labels: dict[str, str]) -> dict[str, list[str]]:
    old, new = words(before, labels), words(after, labels)
    return {name: [old[name], new[name]] for name in FIELDS if old[name] != new[name]}


@transaction.atomic
def save_items(
    plan: TrainingPlan, items: Sequence[PlanItem], removed: Sequence[PlanItem] = (), *, actor
) -> TrainingPlan:
    """New and changed lines of a draft; new ones are numbered after the last."""
    plan = held_for_editing(plan, actor)
    stored = {item.pk: item for item in plan.items.select_related("follows")}
    labels = modules_of(plan.year)
    for item in removed:
        _remove(plan, stored[item.pk], actor)
    number = plan.items.aggregate(last=Max("number"))["last"] or 0
    for item in items:
        if item.pk is None:
            number += 1
            item.plan, item.number = plan, number
        _write(plan, item, stored.get(item.pk), labels, actor)
    return _compiled_by(plan, actor)


def _write(plan, item, before, labels, actor) -> None:
    _check_line(plan, item)
    changed = difference(before, item, labels)
    if before is not None and item.event_type != before.event_type:
        _check_no_classes(before)
    item.save()
    if changed:
        log(plan, "edit_item" if before else "add_item", actor, number=item.number, changed=changed)


def _check_line(plan: TrainingPlan, item: PlanItem) -> None:
    if item.follows and item.follows.plan_id != plan.follows_id:
        raise ValidationError("落实的项目不在所落实的上级计划中。", code="foreign_item")
    item.validate_constraints(exclude=["plan", "number"])


def _remove(plan: TrainingPlan, item: PlanItem, actor) -> None:
    if item.training_classes.exists() or item.followed_by.exists():
        raise ValidationError(f"“{item}”已开班或已由下级计划落实，不能删除。", code="item_in_use")
    item.delete()
    log(plan, "remove_item", actor, number=item.number, changed={"title": [item.title, ""]})


def _check_no_classes(item: PlanItem) -> None:
    if item.training_classes.exclude(state="CANCELLED").exists():
        raise ValidationError(f"“{item}”已开班，活动类型不能改；先取消所开的班。", code="has_classes")


def _compiled_by(plan: TrainingPlan, actor) -> TrainingPlan:
    """Whoever wrote last compiled it, and cannot approve it."""
    plan.made_by, plan.approved_by = actor, None
    plan.save(update_fields=["made_by", "approved_by"])
    return plan


@transaction.atomic
def retype_to_meeting(item: PlanItem, *, actor) -> PlanItem:
    """A meeting carries no hours and no modules: it leaves the sums of training and can yield no credit."""
    plan = held_for_editing(item.plan, actor)
    item = plan.items.get(pk=item.pk)
    if item.event_type == EventType.MEETING:
        raise ValidationError("这一项目已列为会议。", code="already_meeting")
    _check_no_classes(item)
    before = words(item, labels := modules_of(plan.year))
    item.event_type, item.hours, item.modules = EventType.MEETING, Decimal(0), []
    item.save(update_fields=["event_type", "hours", "modules"])
    after = words(item, labels)
    changed = {name: [before[name], after[name]] for name in FIELDS if before[name] != after[name]}
    log(plan, "retype", actor, number=item.number, changed=changed)
    _compiled_by(plan, actor)
    return item


@transaction.atomic
def import_items(plan: TrainingPlan, items: Sequence[PlanItem], *, actor, filename: str) -> TrainingPlan:
    """Lines of a file, after those that are there."""
    plan = held_for_editing(plan, actor)
    last = plan.items.aggregate(last=Max("number"))["last"] or 0
    for number, item in enumerate(items, last + 1):
        item.plan, item.number = plan, number
        _check_line(plan, item)
    PlanItem.objects.bulk_create(items)
    log(plan, "import", actor, changed={"items": len(items), "source": filename[:100]})
    return _compiled_by(plan, actor)


@transaction.atomic
def change_item(item: PlanItem, *, actor, reason: str) -> PlanItem:
    """A line of an accepted plan, changed or added: with a reason, and the office above is told."""
    plan = held(item.plan)
    must(is_own(actor, CHANGE, plan.unit), OWNER)
    if plan.state != State.ACCEPTED:
        raise ValidationError("计划尚未备案，请直接修改项目。", code="not_accepted")
    stored = {row.pk: row for row in plan.items.select_related("follows")}
    before = stored.get(item.pk)
    if before is None:
        item.plan, item.number = plan, max((row.number for row in stored.values()), default=0) + 1
    changed = difference(before, item, modules_of(plan.year))
    if not changed:
        raise ValidationError("没有改动。", code="unchanged")
    _check_line(plan, item)
    if before is not None and item.event_type != before.event_type:
        _check_no_classes(before)
    _check_whole(plan, [*(row for row in stored.values() if row.pk != item.pk), item])
    item.save()
    log(plan, "change", actor, reason=reason, number=item.number, changed=changed)
    tell_above(plan, f"{plan.unit}变更了已备案的计划", f"第{item.number}项“{item.title}”。理由：{reason}", but=actor)
    return item


def _check_whole(plan: TrainingPlan, items: list[PlanItem]) -> None:
    found = [finding.text for finding in check_plan(plan, items) if finding.blocks]
    if found:
        raise ValidationError(f"变更后的计划不符合要求：{' '.join(found)}", code="findings")
