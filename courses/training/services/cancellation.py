"""A class that is called off, from any state: what it gave is taken back, whoever counted on it is told."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from courses.training.models import Enrollment, TrainingClass, TrainingDuty
from courses.training.services.attendance import locked_class
from courses.training.services.posting import entries_of
from courses.training.services.teaching import evidence_of
from instructors.pool.services.teaching import void_teachings
from lms.audit.services import record
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.changes import propose_change
from lms.ledger.models import Entry
from lms.ledger.services.claims import reverse_entries
from lms.notices.services import notify
from lms.people.models import User

State = TrainingClass.State
WAITING = (Enrollment.State.PENDING, Enrollment.State.WAITLISTED, *Enrollment.SEATED)


@transaction.atomic
def cancel_class(training_class: TrainingClass, *, actor, reason: str) -> TrainingClass:
    """Hours, teaching and duties in one step; certificates are proposed for revocation, which others decide."""
    row = locked_class(training_class.pk)
    if row.state == State.CANCELLED:
        raise ValidationError("该班已取消。", code="cancelled")
    if not reason.strip():
        raise ValidationError("请写明取消的理由。", code="no_reason")
    reversed_entries = reverse_entries(
        list(entries_of_class(row)), posted_by=str(actor)[:120], reason=f"培训班取消：{reason}"[:200]
    )
    void_teachings(evidence_of(session) for session in row.sessions.all())
    TrainingDuty.objects.filter(met_by__training_class=row).update(met_by=None)
    row.sessions.update(is_cancelled=True)
    before, row.state, row.cancel_reason = row.state, State.CANCELLED, reason[:200]
    row.save(update_fields=["state", "cancel_reason"])
    _tell(row)
    proposed = _propose_revocation(row, actor)
    record(
        "training.cancel_class", actor=actor, target=row, before=before, reason=reason,
        reversed=len(reversed_entries), certificates=proposed,
    )  # fmt: skip
    return row


def entries_of_class(row: TrainingClass):
    """Everything of the class that stands in the ledger, teaching too."""
    sessions = list(row.sessions.all())
    learners = [enrollment.evidence_key for enrollment in row.enrollments.only("pk")]
    others = [*map(evidence_of, sessions), *(f"{key}:assessment" for key in learners)]
    found = entries_of(session.pk for session in sessions) | Entry.objects.filter(Q(evidence__in=others))
    return found.standing().order_by("pk")


def certificates_of(row: TrainingClass):
    keys = [f"training.enrollment:{pk}" for pk in row.enrollments.values_list("pk", flat=True)]
    return Certificate.objects.filter(entitlement__in=keys, state__in=["VALID", "SUSPENDED"])


def _propose_revocation(row: TrainingClass, actor) -> int:
    """Where a change is being decided already, that one has to be decided first."""
    being_decided = CertificateEvent.objects.filter(certificate=OuterRef("pk"), checked_by=None)
    free = certificates_of(row).exclude(Exists(being_decided))
    for certificate in free:
        propose_change(
            certificate,
            actor=actor,
            change=CertificateEvent.Change.REVOKE,
            reason=f"培训班取消：{row.cancel_reason}"[:200],
        )
    return len(free)


def _tell(row: TrainingClass) -> int:
    users = User.objects.filter(officer__enrollments__in=row.enrollments.filter(state__in=WAITING)).distinct()
    body = f"理由：{row.cancel_reason}。已入账的学时已冲正；有疑问请联系{row.unit}。"
    return notify(users, title=f"培训班取消：{row}"[:80], body=body, once_key=f"training.cancelled:{row.pk}")
