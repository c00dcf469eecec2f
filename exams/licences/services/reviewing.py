"""单位审核 and 市局审核: one application or a board of them, each with its own answer and its own reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.licences.eligibility import is_met, shortfall
from exams.licences.models import Application
from exams.licences.services.eligibility import findings_of
from exams.licences.services.steps import Why, advance, lock_application, require_step
from lms.notices.services import notify
from lms.people.models import User

Fault, State = Application.Fault, Application.State
REVIEW, APPROVE = "licences.review_application", "licences.approve_application"
# Who may send an application back depends on whose desk it lies on.
DESKS = {State.APPLIED: REVIEW, State.UNIT_REVIEWED: APPROVE, State.BUREAU_REVIEWED: APPROVE}
BOARDS = {"review": State.APPLIED, "approve": State.UNIT_REVIEWED}
SAME = "申请人、单位审核人和市局审核人应是不同的人，请由另一人审核。"


@dataclass(frozen=True)
class Verdict:
    """What a board says of one application: passed on, or sent back for a reason."""

    application: Application
    fault: str = ""
    note: str = ""


@dataclass(frozen=True)
class Answer:
    application: Application
    is_returned: bool = False
    refusal: str = ""
    code: str = ""


@transaction.atomic
def review(application: Application, *, actor: User, note: str = "") -> Application:
    """The unit's own check."""
    row = lock_application(application)
    require_step(row, "review")
    _require_another(row, actor, row.made_by_id)
    _require_met(row)
    return advance(row, "review", Why(actor, note), unit_reviewed_by=actor, unit_reviewed_at=timezone.now())


@transaction.atomic
def approve(application: Application, *, actor: User, note: str = "") -> Application:
    """The bureau's: nobody who had to do with it before."""
    row = lock_application(application)
    require_step(row, "approve")
    _require_another(row, actor, row.made_by_id, row.unit_reviewed_by_id)
    _require_met(row)
    return advance(row, "approve", Why(actor, note), bureau_reviewed_by=actor, bureau_reviewed_at=timezone.now())


@transaction.atomic
def return_application(
    application: Application, *, actor: User | str, fault: str, note: str = "", desk: str = ""
) -> Application:
    """Back to where it came from, with the reason; the officer and whoever applied are told.

    A `desk` sends back only what still lies on it.
    """
    if fault not in Fault.values:
        raise ValidationError("请选择退回原因。", code="no_reason")
    if fault == Fault.OTHER and not note.strip():
        raise ValidationError("选“其他”时请写明退回原因。", code="no_reason")
    row = lock_application(application)
    if desk and row.state != desk:
        message = f"{row.officer.name}：已由他人办理，现为“{row.get_state_display()}”。"
        raise ValidationError(message, code="not_allowed")
    why = "：".join(filter(None, [Fault(fault).label, note]))
    values = {"fault": fault, "fault_note": note, "returned_by": str(actor)[:120], "returned_at": timezone.now()}
    advance(row, "return", Why(actor, why, {"application": row.pk}), **values)
    notify(
        {row.officer.user, row.made_by},
        title=f"执法证申请退回：{row.officer.name}"[:80],
        body=f"{row.get_kind_display()}申请已退回，原因：{why}。改正后可重新申请。",
        link=reverse("licences:mine"),
    )
    return row


def decide_many(verdicts: Sequence[Verdict], verb: str, *, actor: User) -> list[Answer]:
    """`verb` is review or approve. One that cannot be decided any more does not hold up the others."""
    return [_decide(one, verb, actor) for one in verdicts]


def _decide(verdict: Verdict, verb: str, actor: User) -> Answer:
    try:
        if verdict.fault:
            about = {"fault": verdict.fault, "note": verdict.note, "desk": BOARDS[verb]}
            row = return_application(verdict.application, actor=actor, **about)
            return Answer(row, is_returned=True)
        passed_on = {"review": review, "approve": approve}[verb]
        return Answer(passed_on(verdict.application, actor=actor, note=verdict.note))
    except ValidationError as refusal:
        return Answer(verdict.application, refusal=" ".join(refusal.messages), code=refusal.code or "")


def _require_another(row: Application, actor: User, *others: int | None) -> None:
    if actor.pk in others:
        raise ValidationError(SAME, code="same_person")


def _require_met(row: Application) -> None:
    """What was true when it was asked for may not be true any more."""
    findings = findings_of([row.certificate], timezone.localdate(), row.kind)[row.certificate_id]
    if not is_met(findings):
        message = f"{row.officer.name}：已不符合条件：{shortfall(findings)}。请退回。"
        raise ValidationError(message, code="not_eligible")
