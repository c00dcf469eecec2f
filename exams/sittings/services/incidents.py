"""What happened in a hall, and what is decided about it. Machines decide nothing here."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.sittings.models import Attempt, Incident, Voiding
from exams.sittings.services.starting import database_now, lock_attempt
from exams.sittings.services.submitting import give_receipt
from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.notices.services import notify


@transaction.atomic
def report_incident(incident: Incident, *, actor) -> Incident:
    incident.reported_by = actor
    incident.full_clean(exclude=["reported_by"])
    incident.save()
    record("sittings.report_incident", actor=actor, target=incident, kind=incident.kind)
    return incident


@transaction.atomic
def propose_voiding(voiding: Voiding, *, actor) -> Voiding:
    """Somebody asks for it with reasons; nothing happens before another decides."""
    voiding.made_by = actor
    voiding.full_clean(exclude=["made_by"])
    voiding.save()
    record("sittings.propose_voiding", actor=actor, target=voiding, reason=voiding.reason)
    return voiding


@transaction.atomic
def decide_voiding(voiding: Voiding, *, actor) -> Voiding:
    """The attempt is void from now on; its answers stay as evidence. The candidate is told why and where to object."""
    if voiding.refused_at:
        raise ValidationError("这项作废已不予批准。", code="refused")
    voiding = check_by_second_person(voiding, actor, action="sittings.void", reason=voiding.reason)
    attempt = Attempt.objects.filter(candidate=voiding.candidate_id).first()
    if attempt is None:
        raise ValidationError("该考生没有答卷，不需要作废。", code="no_attempt")
    attempt = lock_attempt(attempt.pk)
    if attempt.state == Attempt.State.READY:
        raise ValidationError("该考生没有开始作答，不需要作废。", code="not_started")
    if attempt.outcomes.exists():
        raise ValidationError("成绩已发布，请在“考试作废”中办理，学分和证书才会一并撤销。", code="released")
    attempt.state = Attempt.State.VOID
    attempt.finished_at = attempt.finished_at or database_now()
    attempt.save(update_fields=["state", "finished_at"])
    candidate = attempt.candidate
    text = f"您在“{candidate.exam.title}”中的答卷已作废。理由：{voiding.reason}如有异议，可以申请复核。"
    notify([candidate.officer.user], title="答卷作废通知", body=text, once_key=f"sittings.void:{voiding.pk}")
    return voiding


@transaction.atomic
def refuse_voiding(voiding: Voiding, *, actor, reason: str) -> None:
    rows = Voiding.objects.filter(pk=voiding.pk, checked_at=None, refused_at=None)
    if not rows.update(refused_at=timezone.now()):
        raise ValidationError("这项作废已有决定。", code="decided")
    record("sittings.refuse_voiding", actor=actor, target=voiding, reason=reason)


@transaction.atomic
def reinstate(voiding: Voiding, *, actor, reason: str) -> Attempt:
    """A decision that an appeal has lifted: the attempt counts as handed in again, and is marked like any other."""
    voiding = Voiding.objects.select_for_update(of=("self",)).get(pk=voiding.pk)
    if voiding.refused_at or not voiding.is_checked:
        raise ValidationError("这项作废没有生效，或已撤销。", code="not_in_force")
    attempt = lock_attempt(Attempt.objects.get(candidate=voiding.candidate_id).pk)
    voiding.refused_at = timezone.now()
    voiding.save(update_fields=["refused_at"])
    attempt.state, attempt.submitted_at = Attempt.State.SUBMITTED, attempt.submitted_at or database_now()
    attempt.save(update_fields=["state", "submitted_at"])
    if not attempt.receipts.exists():
        give_receipt(attempt, database_now())
    record("sittings.reinstate", actor=actor, target=voiding, reason=reason)
    return attempt
