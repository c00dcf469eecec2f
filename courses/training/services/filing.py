"""A plan's way: approved in the unit, filed, accepted or returned by the unit above, closed."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.training.models import TrainingPlan
from courses.training.services.plan_checks import check_plan
from courses.training.services.plan_log import (
    ACCEPT,
    APPROVE,
    CHANGE,
    FILE,
    is_above,
    is_own,
    log,
    must,
    tell_above,
    tell_unit,
)
from courses.training.services.plans import EDITABLE, OWNER, State, held

MODULE = "module"
# What the office above may be asked to judge; everything else has to be put right first.
ASKED = {MODULE}
UPPER = "上级教育培训部门"


def _held_in(plan: TrainingPlan, *states: str) -> TrainingPlan:
    plan = held(plan)
    if plan.state not in states:
        raise ValidationError(f"计划{plan.get_state_display()}，不能办理这一步。", code="wrong_state")
    return plan


def _move(plan: TrainingPlan, state: str, *names: str) -> TrainingPlan:
    plan.state = state
    plan.save(update_fields=["state", *names])
    return plan


def _refuse_for(found: list, code: str, do: str) -> None:
    if found:
        lines = " ".join(f"第{one.number}项：{one.text}" if one.number else one.text for one in found)
        raise ValidationError(f"{do}{lines}", code=code)


@transaction.atomic
def approve_plan(plan: TrainingPlan, *, actor) -> TrainingPlan:
    plan = _held_in(plan, *EDITABLE)
    must(is_own(actor, APPROVE, plan.unit), OWNER)
    if plan.made_by_id == actor.pk:
        raise ValidationError("编制人不能审核自己的计划，请由另一人审核。", code="same_person")
    found = [one for one in check_plan(plan) if one.blocks and one.code not in ASKED]
    _refuse_for(found, "findings", "请先改正，再审核。")
    plan.approved_by = actor
    log(plan, "approve", actor)
    return _move(plan, State.APPROVED, "approved_by")


@transaction.atomic
def reopen_plan(plan: TrainingPlan, *, actor, reason: str = "") -> TrainingPlan:
    """Back to the maker's desk before it was filed; it will need its approval again."""
    plan = _held_in(plan, State.APPROVED)
    must(is_own(actor, CHANGE, plan.unit), OWNER)
    plan.approved_by = None
    log(plan, "reopen", actor, reason=reason)
    return _move(plan, State.RETURNED if plan.returns else State.DRAFT, "approved_by")


@transaction.atomic
def file_plan(plan: TrainingPlan, *, actor, reason: str = "") -> TrainingPlan:
    """备案: from here on the office above decides. A missing module has to be accounted for, and may be sent back."""
    plan = _held_in(plan, State.APPROVED)
    must(is_own(actor, FILE, plan.unit), OWNER)
    found = [one for one in check_plan(plan) if one.blocks]
    _refuse_for([one for one in found if one.code not in ASKED], "findings", "请先撤回修改。")
    if not reason:
        _refuse_for(found, "modules_missing", "请先撤回修改，或写明另行安排的说明再报备。")
    plan.filed_at = timezone.now()
    log(plan, "file", actor, reason=reason)
    tell_above(plan, f"{plan.unit}报备了培训计划", f"{plan.title}，请在期限内备案或退回。", but=actor)
    return _move(plan, State.FILED, "filed_at")


def _held_for_decision(plan: TrainingPlan, actor) -> TrainingPlan:
    plan = _held_in(plan, State.FILED)
    must(is_above(actor, ACCEPT, plan.unit), UPPER)
    if plan.made_by_id == actor.pk:
        raise ValidationError("编制人不能备案或退回自己的计划，请由另一人办理。", code="same_person")
    plan.decided_by, plan.decided_at = actor, timezone.now()
    return plan


@transaction.atomic
def accept_plan(plan: TrainingPlan, *, actor) -> TrainingPlan:
    plan = _held_for_decision(plan, actor)
    _refuse_for([one for one in check_plan(plan) if one.blocks], "findings", "不符合备案要求，请退回。")
    plan.return_reason = ""
    log(plan, "accept", actor)
    tell_unit(plan, "培训计划已备案", f"{plan.title}，经办人：{actor}。")
    return _move(plan, State.ACCEPTED, "decided_by", "decided_at", "return_reason")


@transaction.atomic
def return_plan(plan: TrainingPlan, *, actor, reason: str) -> TrainingPlan:
    plan = _held_for_decision(plan, actor)
    plan.return_reason, plan.returns = reason, plan.returns + 1
    log(plan, "return", actor, reason=reason)
    tell_unit(plan, "培训计划被退回", f"{plan.title}。理由：{reason}")
    return _move(plan, State.RETURNED, "decided_by", "decided_at", "return_reason", "returns")


@transaction.atomic
def close_plan(plan: TrainingPlan, *, actor, reason: str) -> TrainingPlan:
    plan = _held_in(plan, State.ACCEPTED)
    must(is_own(actor, CHANGE, plan.unit), OWNER)
    log(plan, "close", actor, reason=reason)
    return _move(plan, State.CLOSED)


STEPS = {
    "approve": (EDITABLE, APPROVE, is_own), "reopen": ((State.APPROVED,), CHANGE, is_own),
    "file": ((State.APPROVED,), FILE, is_own), "accept": ((State.FILED,), ACCEPT, is_above),
    "return": ((State.FILED,), ACCEPT, is_above), "close": ((State.ACCEPTED,), CHANGE, is_own),
    "items": (EDITABLE, CHANGE, is_own), "change": ((State.ACCEPTED,), CHANGE, is_own),
}  # fmt: skip
SECOND_PERSON = {"approve", "accept", "return", "items"}


def may(user, step: str, plan: TrainingPlan) -> bool:
    """Whether a step stands before this person now; the services refuse it all the same."""
    states, permission, is_theirs = STEPS[step]
    other = plan.decided_by_id if step == "items" else plan.made_by_id
    is_barred = step in SECOND_PERSON and other == user.pk
    return plan.state in states and not is_barred and is_theirs(user, permission, plan.unit)
