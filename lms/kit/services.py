from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lms.audit.services import record


@transaction.atomic
def check_by_second_person(row, checker, *, action: str, **detail):
    """Mark a TwoPersonModel row as checked, once, by somebody else than its maker, and log it."""
    row = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    if row.is_checked:
        raise ValidationError("已由另一人复核，不能重复复核。", code="already_checked")
    if row.made_by_id == checker.pk:
        raise ValidationError("经办人不能复核自己经办的事项，请由另一人复核。", code="same_person")
    row.checked_by = checker
    row.checked_at = timezone.now()
    row.save(update_fields=["checked_by", "checked_at"])
    record(action, actor=checker, target=row, **detail)
    return row
