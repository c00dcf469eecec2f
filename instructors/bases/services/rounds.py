"""Creation rounds and the checklist they are scored by."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from instructors.bases.models import BaseChecklist, BaseRound, Part
from instructors.bases.terms import target_of, terms_on, version_on
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.people.models import User


@transaction.atomic
def open_round(row: BaseRound, *, actor: User) -> BaseRound:
    """Without a number of places, as many as the rule says for a district."""
    if row.places is None:
        row.places = target_of(version_on(row.opens_on), "")
    row.made_by = actor
    row.full_clean()
    row.save()
    record("bases.open_round", actor=actor, target=row, opens_on=str(row.opens_on), closes_on=str(row.closes_on))
    return row


@transaction.atomic
def change_round(row: BaseRound, *, actor: User) -> BaseRound:
    before = BaseRound.objects.select_for_update().get(pk=row.pk)
    row.places = before.places if row.places is None else row.places
    row.full_clean()
    row.save()
    changed = {
        name: [str(getattr(before, name)), str(getattr(row, name))]
        for name in ("title", "opens_on", "closes_on", "places")
        if getattr(before, name) != getattr(row, name)
    }
    record("bases.change_round", actor=actor, target=row, changed=changed)
    return row


def refuse_wrong_weights(items: list[dict]) -> None:
    """What the items of a part are worth together is what the rule says of the part."""
    weights = terms_on(timezone.localdate()).weights
    wrong = []
    for part in Part:
        total = sum(item["points"] for item in items if item["part"] == part)
        if total != weights[part]:
            wrong.append(f"“{part.label}”现为{total}分，规则为{weights[part]}分")
    if wrong:
        raise ValidationError(f"各部分的分值应与规则R29一致：{'；'.join(wrong)}。", code="weights")


@transaction.atomic
def draft_checklist(items: list[dict], source_note: str, *, actor: User) -> BaseChecklist:
    """A new version after the last; nothing is scored by it until somebody else approves it."""
    refuse_wrong_weights(items)
    list(BaseChecklist.objects.select_for_update())
    last = BaseChecklist.objects.aggregate(last=Max("number"))["last"] or 0
    row = BaseChecklist(number=last + 1, items=items, source_note=source_note, made_by=actor)
    row.full_clean()
    row.save()
    record("bases.draft_checklist", actor=actor, target=row, number=row.number, items=len(items))
    return row


def approve_checklist(row: BaseChecklist, *, actor: User) -> BaseChecklist:
    """Applications accepted from now on are scored by it; those under way keep theirs."""
    refuse_wrong_weights(row.items)
    return check_by_second_person(row, actor, action="bases.approve_checklist", number=row.number)


@transaction.atomic
def discard_checklist(row: BaseChecklist, *, actor: User) -> None:
    row = BaseChecklist.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.is_checked:
        raise ValidationError("已批准的细则不能删除，请起草新版。", code="approved")
    record("bases.discard_checklist", actor=actor, target=row, number=row.number)
    row.delete()


def install_checklist(data: dict, made_by: User, checked_by: User) -> BaseChecklist:
    """What a new installation begins with."""
    signed = {"made_by": made_by, "checked_by": checked_by, "checked_at": timezone.now()}
    return BaseChecklist.objects.create(number=1, items=data["items"], source_note=data["source_note"], **signed)
