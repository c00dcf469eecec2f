"""The plaque: what certifies that a place was named a practice base."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from instructors.bases.models import PracticeBase
from lms.certificates.entitlement import Entitlement, Group
from lms.certificates.models import Kind

PREFIX = "instructors.bases.base"


def key_of(base: PracticeBase) -> str:
    return f"{PREFIX}:{base.pk}"


class NamedBases:
    def earned(self, key: str) -> Entitlement:
        base = self._base(key)
        if base is None or base.state == PracticeBase.State.REMOVED:
            raise ValidationError("这个基地没有命名，或已撤销。", code="not_named")
        facts = {"title": base.theme, "unit": base.unit.name, "completed_on": base.named_on.isoformat()}
        return Entitlement(None, base.unit, Kind.PLAQUE, key, facts, subject=str(base))

    def holder(self, key: str) -> str:
        return str(self._base(key) or key)

    def groups(self, user, permission) -> list[Group]:
        """Plaques are given with the naming, never in batches."""
        return []

    def members(self, group: str, user, permission) -> Iterable[str]:
        return []

    def _base(self, key: str) -> PracticeBase | None:
        pk = key.partition(":")[2]
        rows = PracticeBase.objects.select_related("venue__unit")
        return rows.filter(pk=pk).first() if pk.isdigit() else None
