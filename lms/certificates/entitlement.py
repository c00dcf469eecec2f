"""What earns a certificate. Apps above register how theirs is checked; nothing else can be certified."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from django.core.exceptions import ValidationError

from lms.people.models import Officer, OrgUnit, User


@dataclass(frozen=True)
class Entitlement:
    """`key` names the row of evidence for good; `facts` are texts that the certificate will say.

    What is given to a place and not to a person has no officer but a `subject`.
    """

    officer: Officer | None
    unit: OrgUnit
    kind: str
    key: str
    facts: dict[str, str] = field(default_factory=dict)
    subject: str = ""

    @property
    def name(self) -> str:
        return self.officer.name if self.officer else self.subject


@dataclass(frozen=True)
class Group:
    """Entitlements that are certified together: a course, a class."""

    key: str
    title: str
    earned: int
    certified: int

    @property
    def due(self) -> int:
        return self.earned - self.certified


class Provider(Protocol):
    def earned(self, key: str) -> Entitlement:
        """The entitlement, checked now. Raises ValidationError where nothing is earned."""

    def holder(self, key: str) -> str:
        """Whom a key is about, for lists of what was held back."""

    def groups(self, user: User, permission: str) -> list[Group]:
        """Within the rows for which the user holds the permission."""

    def members(self, group: str, user: User, permission: str) -> Iterable[str]:
        """Keys of a group that have no certificate yet."""


_providers: dict[str, Provider] = {}


def register(prefix: str, provider: Provider) -> None:
    """`prefix` is what stands before the colon in the provider's keys."""
    _providers[prefix] = provider


def providers() -> dict[str, Provider]:
    return dict(_providers)


def provider_of(key: str) -> Provider:
    try:
        return _providers[key.partition(":")[0]]
    except KeyError:
        raise ValidationError("没有这种发证依据。", code="unknown_entitlement")


def earned(key: str) -> Entitlement:
    return provider_of(key).earned(key)
