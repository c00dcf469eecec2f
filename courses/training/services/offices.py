"""Who is told of what an office has to decide, and how."""

from collections.abc import Iterable

from lms.notices.models import Notice
from lms.notices.services import notify
from lms.people.access import ROLES
from lms.people.models import OrgUnit, RoleGrant, User


def office_of(unit: OrgUnit, permission: str) -> list[User]:
    """Those who hold a permission over a unit, up to its district; the city's own office for the city's own classes."""
    roles = [role for role, grantable in ROLES.items() if permission in grantable.permissions]
    top, step = len(unit.city_level_path), OrgUnit.steplen
    paths = [unit.path[:length] for length in range(top, len(unit.path) + 1, step)]
    grants = RoleGrant.objects.current().filter(role__in=roles, unit__path__in=paths)
    return list(User.objects.filter(role_grants__in=grants, is_active=True).distinct())


def tell(users: Iterable, *, title: str, body: str, link: str = "") -> None:
    """A class's name can be longer than a title may be."""
    notify(users, title=title[: Notice._meta.get_field("title").max_length], body=body, link=link)
