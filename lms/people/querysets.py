from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone
from treebeard.mp_tree import MP_NodeManager, MP_NodeQuerySet

from lms.kit.querysets import ScopedQuerySet

EVERY_ROW = Q(pk__isnull=False)  # an empty Q() would vanish in an OR


def in_units(units: Iterable, unit_lookup: str) -> Q:
    """Rows whose unit lies in a unit's subtree of the training line, or under a street on the daily line."""
    prefix = f"{unit_lookup}__" if unit_lookup else ""
    rows = Q(pk__in=[])
    for unit in units:
        if unit.is_whole_city:
            return EVERY_ROW
        rows |= Q(**{f"{prefix}path__startswith": unit.path})
        if unit.kind == "STREET":
            rows |= Q(**{f"{prefix}daily_parent": unit})
    return rows


def above(units, *, itself=False) -> list[str]:
    """The paths of the units over these on the training line."""
    return [
        unit.path[:length]
        for unit in units
        for length in range(unit.steplen, len(unit.path) + bool(itself), unit.steplen)
    ]


class OrgUnitQuerySet(ScopedQuerySet, MP_NodeQuerySet):
    unit_lookup = ""

    def teams(self):
        return self.filter(kind="TEAM")

    def city_level(self):
        return self.filter(kind__in=self.model.CITY_LEVEL)


class OrgUnitManager(MP_NodeManager.from_queryset(OrgUnitQuerySet)):  # type: ignore[misc]
    """Treebeard's manager returns its own queryset class whatever it was made from."""

    def get_queryset(self):
        return OrgUnitQuerySet(self.model, using=self._db)


class OfficerQuerySet(ScopedQuerySet):
    owner_lookup = "user"

    def in_service(self):
        """Whoever owes training: retired and departed officers do not."""
        return self.exclude(status__in=["RETIRED", "LEFT"])


class PostingQuerySet(ScopedQuerySet):
    """Visible through the officer's unit of today: the old unit loses sight with the transfer."""

    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def current(self):
        return self.on(timezone.localdate())

    def on(self, day):
        return self.filter(during__contains=day, is_primary=True)


class RoleGrantQuerySet(ScopedQuerySet):
    owner_lookup = "user"

    def current(self) -> QuerySet:
        return self.filter(ended_at=None, checked_by__isnull=False)

    def proposed(self) -> QuerySet:
        return self.filter(ended_at=None, checked_by=None)
