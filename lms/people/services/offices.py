"""Who decides for a unit."""

from lms.people.access import ROLES
from lms.people.models import OrgUnit, RoleGrant, User


def office_of(unit: OrgUnit, permission: str) -> list[User]:
    """Those who hold a permission over a unit, up to its district; the city's own office for the city's own rows."""
    roles = [role for role, grantable in ROLES.items() if permission in grantable.permissions]
    top, step = len(unit.city_level_path), OrgUnit.steplen
    paths = [unit.path[:length] for length in range(top, len(unit.path) + 1, step)]
    grants = RoleGrant.objects.current().filter(role__in=roles, unit__path__in=paths)
    return list(User.objects.filter(role_grants__in=grants, is_active=True).distinct())
