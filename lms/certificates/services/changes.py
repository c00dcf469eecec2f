"""Suspend, resume, revoke, supersede: proposed by one person, in force when another has checked it."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from lms.audit.services import record
from lms.certificates.entitlement import earned
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.issuing import number_certificate
from lms.kit.services import check_by_second_person

Change, State = CertificateEvent.Change, Certificate.State
# What a change may start from, and where it leads.
STEPS = {
    Change.SUSPEND: ({State.VALID}, State.SUSPENDED),
    Change.RESUME: ({State.SUSPENDED}, State.VALID),
    Change.REVOKE: ({State.VALID, State.SUSPENDED}, State.REVOKED),
    Change.SUPERSEDE: ({State.VALID, State.SUSPENDED}, State.SUPERSEDED),
}


@transaction.atomic
def propose_change(certificate: Certificate, *, actor, change: str, reason: str) -> CertificateEvent:
    certificate = _locked(certificate, change)
    event = CertificateEvent(certificate=certificate, change=change, reason=reason, made_by=actor)
    event.full_clean()
    event.save()
    record("certificates.propose_change", actor=actor, target=certificate, change=change, reason=reason)
    return event


@transaction.atomic
def approve_change(event: CertificateEvent, *, actor) -> CertificateEvent:
    """The certificate changes with the check; a superseded one makes way for another with the facts of today."""
    if not actor.has_perm("certificates.check_change"):
        raise PermissionDenied("只有有权复核证书变更的人可以复核。")
    certificate = _locked(event.certificate, event.change)
    event = check_by_second_person(event, actor, action="certificates.change", change=event.change, reason=event.reason)
    certificate.state = STEPS[Change(event.change)][1]
    certificate.save(update_fields=["state"])
    if event.change == Change.SUPERSEDE:
        number_certificate(earned(certificate.entitlement), actor=actor, supersedes=certificate)
    return event


@transaction.atomic
def withdraw_change(event: CertificateEvent, *, actor) -> None:
    """Drop a proposal that nobody has checked."""
    event = CertificateEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if event.is_checked:
        raise ValidationError("已复核的变更不能撤回。", code="already_checked")
    record("certificates.withdraw_change", actor=actor, target=event, change=event.change, reason=event.reason)
    event.delete()


@transaction.atomic
def revoke_all(entitlements: Sequence[str], *, made_by, checked_by, reason: str) -> list[Certificate]:
    """What was earned by something two persons have taken back; their decision is that of each certificate too."""
    rows = Certificate.objects.select_for_update(of=("self",)).filter(entitlement__in=entitlements)
    found = list(rows.filter(state__in=STEPS[Change.REVOKE][0]).select_related("officer__unit", "unit").order_by("pk"))
    # A change that waits for somebody's check has lost its object.
    CertificateEvent.objects.filter(certificate__in=found, checked_by=None).delete()
    about = {"change": Change.REVOKE, "reason": reason[:200], "made_by": made_by, "checked_by": checked_by}
    now = timezone.now()
    CertificateEvent.objects.bulk_create(CertificateEvent(certificate=one, checked_at=now, **about) for one in found)
    Certificate.objects.filter(pk__in=[one.pk for one in found]).update(state=State.REVOKED)
    for one in found:
        record("certificates.change", actor=checked_by, target=one, change=Change.REVOKE, reason=reason)
    return found


def _locked(certificate: Certificate, change: str) -> Certificate:
    certificate = Certificate.objects.select_for_update(of=("self",)).select_related("unit").get(pk=certificate.pk)
    if certificate.state not in STEPS[Change(change)][0]:
        raise ValidationError(f"该证书现为“{certificate.get_state_display()}”，不能作此变更。", code="wrong_state")
    return certificate
