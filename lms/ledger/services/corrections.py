from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from lms.audit.services import record
from lms.kit.services import check_by_second_person
from lms.ledger.models import Correction, Entry
from lms.ledger.services.posting import reverse_entry


@transaction.atomic
def propose_correction(entry: Entry, *, actor, reason: str, evidence_note: str) -> Correction:
    """Ask for a reversal by hand; nothing moves until a second person agrees."""
    if entry.reverses_id or hasattr(entry, "reversed_by"):
        raise ValidationError("该条目已冲正。", code="already_reversed")
    correction = Correction(entry=entry, made_by=actor, reason=reason, evidence_note=evidence_note)
    correction.full_clean()
    correction.save()
    record("ledger.propose_correction", actor=actor, target=correction, unit=entry.officer.unit, reason=reason)
    return correction


@transaction.atomic
def carry_out(correction: Correction, *, actor) -> Entry:
    """The second person's consent: the reversal is written now, in the same transaction."""
    if not actor.has_perm("ledger.check_entry"):
        raise PermissionDenied("您没有复核台账更正的权限。")
    posted_by = f"{correction.made_by}；复核：{actor}"[:120]
    # Locks are always taken in the order obligation, ledger chain, audit chain.
    reversal = reverse_entry(correction.entry, posted_by=posted_by, reason=correction.reason)
    check_by_second_person(
        correction, actor, action="ledger.carry_out_correction", entry=correction.entry_id, reason=correction.reason
    )
    return reversal
