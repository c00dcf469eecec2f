"""What rested on a pass that was taken back: somebody decides each, and says why."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.results.models import RestsOn
from lms.audit.services import record


@transaction.atomic
def decide(row: RestsOn, *, actor, state: str, note: str) -> RestsOn:
    if state not in (RestsOn.State.KEPT, RestsOn.State.ACTED):
        raise ValidationError("请选择保留，或已另行处理。", code="choice")
    about = {"state": state, "note": note, "decided_by": actor, "decided_at": timezone.now()}
    if not RestsOn.objects.filter(pk=row.pk, state=RestsOn.State.OPEN).update(**about):
        raise ValidationError("这一事项已有决定。", code="decided")
    row.refresh_from_db()
    record("results.decide_dependant", actor=actor, target=row, state=state, note=note)
    return row
