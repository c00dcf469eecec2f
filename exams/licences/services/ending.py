"""注销 and 吊销, and the facts that speak for it: proposed by whoever knows of one, decided by a person."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.licences.models import CancellationProposal, EnforcementCertificate
from exams.licences.services.barring import bar, lift
from exams.licences.services.steps import Why, lock, step
from exams.licences.services.suspending import end_applications, started
from lms.audit.services import record
from lms.notices.services import notify
from lms.people.models import User

Cause, Decision = CancellationProposal.Cause, CancellationProposal.Decision


@transaction.atomic
def cancel(certificate: EnforcementCertificate, why: Why) -> EnforcementCertificate:
    """Ends it without blame; another may be applied for."""
    row = _end(certificate, "cancel", why)
    lift(row, started(why))
    return row


@transaction.atomic
def revoke(certificate: EnforcementCertificate, why: Why) -> EnforcementCertificate:
    """Taken away: its holder may not teach, nor apply again before the rules allow it."""
    row = _end(certificate, "revoke", why)
    lift(row, started(why))
    bar(row.transitions.filter(verb="revoke").select_related("certificate__officer").latest("id"))
    return row


def _end(certificate: EnforcementCertificate, verb: str, why: Why) -> EnforcementCertificate:
    row = lock(certificate)
    if not why.reason.strip():
        raise ValidationError("请写明理由。", code="no_reason")
    on = started(why)
    step(row, verb, why, ended_on=on, suspended_until=None)
    end_applications(row, why)
    told = {"cancel": "注销", "revoke": "吊销"}[verb]
    for proposal in row.proposals.open():
        _close(proposal, why, Decision.CANCELLED)
    notify(
        [row.officer.user],
        title=f"执法证{told}",
        body=f"证号{row.number}自{on:%Y年%-m月%-d日}起{told}，不得再上岗执法。原因：{why.reason}",
        link=reverse("licences:mine"),
    )
    return row


@transaction.atomic
def propose_cancellation(
    certificate: EnforcementCertificate, cause: str, key: str, *, actor: User | str, note: str = ""
) -> CancellationProposal:
    """Once for one piece of evidence, however often it is found."""
    row = lock(certificate)
    if not row.is_held:
        raise ValidationError(f"{row.officer.name}：没有可注销的执法证。", code="not_held")
    known = {"certificate": row, "cause": cause, "note": note[:200], "made_by": str(actor)[:120]}
    proposal, is_new = CancellationProposal.objects.get_or_create(evidence=key, defaults=known)
    if is_new:
        record("licences.propose_cancellation", actor=actor, target=row, cause=cause, note=note)
    return proposal


def propose_by_unit(certificate: EnforcementCertificate, *, actor: User, reason: str) -> CancellationProposal:
    """One open proposal of a unit at a time."""
    if certificate.proposals.open().exists():
        raise ValidationError("已有待处理的注销建议。", code="proposed")
    key = f"licences.unit:{certificate.pk}:{timezone.now():%Y%m%d%H%M%S%f}"
    return propose_cancellation(certificate, Cause.UNIT, key, actor=actor, note=reason)


@transaction.atomic
def decide_proposal(proposal: CancellationProposal, *, actor: User, decision: str, reason: str) -> CancellationProposal:
    """Cancelled, or kept for a reason; once."""
    certificate = lock(EnforcementCertificate(pk=proposal.certificate_id))
    row = CancellationProposal.objects.get(pk=proposal.pk)
    if not row.is_open:
        raise ValidationError(f"该建议已处理（{row.get_decision_display()}）。", code="decided")
    why = Why(actor, reason, {"proposal": row.pk, "cause": row.cause})
    _close(row, why, decision)
    if decision == Decision.CANCELLED:
        cancel(certificate, why)
    return row


def _close(row: CancellationProposal, why: Why, decision: str) -> None:
    row.decision, row.decision_note, row.decided_at = decision, why.reason[:200], timezone.now()
    row.decided_by = why.actor if isinstance(why.actor, User) else None
    row.save(update_fields=["decision", "decision_note", "decided_at", "decided_by"])
    record("licences.decide_proposal", actor=why.actor, target=row.certificate, decision=decision, reason=why.reason)
