from django.core.exceptions import PermissionDenied
from django.db import transaction

from lms.audit.services import record
from lms.people.models import OrgUnit


@transaction.atomic
def add_unit(parent: OrgUnit, unit: OrgUnit, *, actor) -> OrgUnit:
    """Hang a new unit under a parent within the actor's reach."""
    if not OrgUnit.objects.within(actor, "people.add_orgunit").filter(pk=parent.pk).exists():
        raise PermissionDenied("只能在本单位范围内设立单位。")
    # The parent's row is the lock: two children must not be given one path.
    parent = OrgUnit.objects.select_for_update(of=("self",)).get(pk=parent.pk)
    unit = parent.add_child(instance=unit)
    record("people.add_orgunit", actor=actor, target=unit, parent=parent.code, code=unit.code, name=unit.name)
    return unit
