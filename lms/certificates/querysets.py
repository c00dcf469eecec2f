from django.db.models import Q, QuerySet
from django.utils import timezone

from lms.kit.querysets import ScopedQuerySet


class DesignQuerySet(ScopedQuerySet):
    unit_lookup = None

    def approved(self) -> QuerySet:
        return self.filter(checked_by__isnull=False)

    def in_use(self, kind: str):
        """The version new certificates of a kind are printed by."""
        return self.approved().filter(kind=kind).order_by("number").last()


class HeldQuerySet(ScopedQuerySet):
    """Visible through the officer's unit of today, as his postings are; what a place holds through its own unit."""

    place_lookup = ""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        rows = self._in_scope(user, f"certificates.view_{self.model._meta.model_name}")
        return self.filter(rows | Q(**{self.owner_lookup: user}) if self.owner_lookup else rows)

    def within(self, user, permission: str):
        return self.filter(self._in_scope(user, permission))

    def _in_scope(self, user, permission: str) -> Q:
        of_place = user.scope_filter(permission, f"{self.place_lookup}unit")
        return user.scope_filter(permission, f"{self.place_lookup}officer__unit") | (
            Q(**{f"{self.place_lookup}officer": None}) & of_place
        )


class CertificateQuerySet(HeldQuerySet):
    unit_lookup = "officer__unit"
    owner_lookup = "officer__user"

    def standing_for(self, key: str):
        """The certificate an entitlement has now, in whatever state; superseded ones made way for another."""
        return self.filter(entitlement=key).exclude(state="SUPERSEDED").first()

    def lapsed(self) -> QuerySet:
        return self.filter(state="VALID", expires_on__lt=timezone.localdate())

    def valid(self) -> QuerySet:
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=timezone.localdate()), state="VALID")

    def in_standing(self, state: str) -> QuerySet:
        if state in ("VALID", "LAPSED"):
            return self.valid() if state == "VALID" else self.lapsed()
        return self.filter(state=state)


class EventQuerySet(HeldQuerySet):
    unit_lookup = "certificate__officer__unit"
    place_lookup = "certificate__"

    def in_force(self) -> QuerySet:
        return self.filter(checked_by__isnull=False)
