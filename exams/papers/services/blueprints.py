"""What a blueprint asks for, written by one person, held against the bank before another approves it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from exams.bank.models import Question, QuestionBank
from exams.papers.drawing import BankTooSmall, draw
from exams.papers.models import Blueprint, BlueprintCell
from exams.papers.services.drawing import candidates, forbidden_among
from lms.audit.services import record

MOST_QUESTIONS = 300


@dataclass(frozen=True)
class CellStanding:
    """What a cell asks of the bank, and what the bank has; `missing` counts what other cells take away."""

    cell: BlueprintCell
    available: int
    missing: int

    @property
    def total(self) -> Decimal:
        return self.cell.count * self.cell.marks


def standings(cells: Sequence[BlueprintCell], banks: Iterable[QuestionBank]) -> list[CellStanding]:
    """Each cell held against what the banks could give today. The cells need not be saved."""
    usable = Question.objects.usable().filter(bank__in=banks)
    found = {place: candidates(cell, usable) for place, cell in enumerate(cells)}
    pairs = forbidden_among({one for several in found.values() for one in several})
    missing: dict[int, int] = {}
    try:
        draw(
            {place: cell.count for place, cell in enumerate(cells)},
            found,
            "",
            [(first, second) for first, second in pairs],
        )
    except BankTooSmall as short:
        missing = {one.cell: one.missing for one in short.shortages}
    return [CellStanding(cell, len(found[place]), missing.get(place, 0)) for place, cell in enumerate(cells)]


def totals(cells: Iterable[BlueprintCell]) -> tuple[int, Decimal]:
    """(questions, marks)"""
    rows = list(cells)
    return sum(cell.count for cell in rows), sum((cell.count * cell.marks for cell in rows), Decimal(0))


@transaction.atomic
def save_blueprint(blueprint: Blueprint, cells: Sequence[BlueprintCell], banks: Iterable[QuestionBank], *, actor):
    """A new draft, or a draft written anew. ValidationError for one that was approved meanwhile."""
    banks = list(banks)
    _refuse(cells, banks)
    if blueprint.pk:
        _refuse_approved(Blueprint.objects.select_for_update(of=("self",)).get(pk=blueprint.pk))
    elif Blueprint.objects.filter(code=blueprint.code).exists():
        raise ValidationError(
            f"代码{blueprint.code}已有方案，请换一个代码，或把已有的方案修订为新版。", code="code_taken"
        )
    is_new = not blueprint.pk
    if is_new:
        blueprint.made_by = actor
    blueprint.save()
    blueprint.banks.set(banks)
    _write(blueprint, cells)
    questions, marks = totals(cells)
    action = "papers.add_blueprint" if is_new else "papers.change_blueprint"
    record(action, actor=actor, target=blueprint, questions=questions, marks=str(marks))
    return blueprint


def _refuse(cells: Sequence[BlueprintCell], banks: Sequence[QuestionBank]) -> None:
    if not cells:
        raise ValidationError("方案没有组卷要求，请至少填一行。", code="empty")
    if not banks:
        raise ValidationError("请选择题库。", code="no_bank")
    if sum(cell.count for cell in cells) > MOST_QUESTIONS:
        raise ValidationError(f"一份试卷最多{MOST_QUESTIONS}题，请减少题数。", code="too_many")
    if practice := [bank.name for bank in banks if bank.is_for_practice]:
        raise ValidationError(f"“{practice[0]}”供练习使用，不能用于组卷，请另选题库。", code="practice_bank")


def _refuse_approved(blueprint: Blueprint) -> None:
    if blueprint.is_checked:
        raise ValidationError("方案已批准，不能修改，请修订为新版。", code="approved")


def _write(blueprint: Blueprint, cells: Iterable[BlueprintCell]) -> None:
    blueprint.cells.all().delete()
    for order, cell in enumerate(cells, start=1):
        cell.pk, cell.blueprint, cell.order = None, blueprint, order
    BlueprintCell.objects.bulk_create(cells)


@transaction.atomic
def new_version(blueprint: Blueprint, *, actor) -> Blueprint:
    """A copy as the draft of the next version. One draft of a code at a time."""
    versions = Blueprint.objects.filter(code=blueprint.code)
    list(versions.select_for_update(of=("self",)).order_by("pk"))
    if draft := versions.filter(checked_by=None).first():
        raise ValidationError(f"{draft}还没有审批，请先修改或审批它。", code="open_draft")
    copy = Blueprint(made_by=actor, number=versions.aggregate(last=Max("number"))["last"] + 1)
    for name in ("code", "name", "unit", "partial", "per_option", "is_shuffled", "are_options_shuffled"):
        setattr(copy, name, getattr(blueprint, name))
    copy.save()
    copy.banks.set(blueprint.banks.all())
    _write(copy, list(blueprint.cells.all()))
    record("papers.add_blueprint", actor=actor, target=copy, copied=str(blueprint))
    return copy
