"""Whose business an output is."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from courses.development.models import Output
from lms.notices.models import Notice
from lms.notices.services import notify
from lms.people.access import ROLES
from lms.people.models import OrgUnit, RoleGrant, User

DECIDE, REVOKE, ADD = "development.decide_output", "development.revoke_output", "development.add_output"
CLAIM, OPEN_CALL = "development.claim_crowdcall", "development.open_crowdcall"
MASK = "development.check_maskingcertificate"


def holds(user, permission: str, unit: OrgUnit) -> bool:
    """Whether one of the user's roles reaches this unit with the permission."""
    return any(scope.is_whole_city or unit.path.startswith(scope.path) for scope in user.scope(permission))


def must_hold(user, permission: str, unit: OrgUnit) -> None:
    if not holds(user, permission, unit):
        raise ValidationError(f"须由{unit}或其上级的有权人员办理，您不在其列。", code="not_yours")


def must_decide(user, output: Output) -> None:
    """Of the host, and with no part in what is decided."""
    must_hold(user, DECIDE, output.host)
    is_author = output.contributors.filter(officer__user=user).exists()
    if is_author or user.pk == output.made_by_id:
        raise ValidationError("这项成果由您制作或提交，请由另一人审定。", code="same_person")
    if output.submissions.filter(reviews__reviewer=user, reviews__released_at=None).exists():
        raise ValidationError("您是这项成果的评审人，请由另一人审定。", code="reviewer")


def must_work_on(user, output: Output) -> None:
    """Whoever made it, its authors, and the office of the unit."""
    own = user.pk == output.made_by_id or output.contributors.filter(officer__user=user).exists()
    if not own and not holds(user, ADD, output.unit):
        raise ValidationError("须由制作人员或制作单位办理，您不在其列。", code="not_yours")


def office_of(unit: OrgUnit, permission: str):
    """Those who hold a permission for exactly this unit."""
    return _holders(permission, Q(unit=unit))


def holders_below(unit: OrgUnit, permission: str):
    """Those who hold it for the unit or for anything under it."""
    rows = Q() if unit.is_whole_city else Q(unit__path__startswith=unit.path)
    return _holders(permission, rows)


def _holders(permission: str, rows: Q):
    roles = [role for role, grantable in ROLES.items() if permission in grantable.permissions]
    grants = RoleGrant.objects.current().filter(rows, role__in=roles)
    return User.objects.filter(is_active=True, role_grants__in=grants).distinct()


def authors_of(output: Output):
    return User.objects.filter(Q(pk=output.made_by_id) | Q(officer__contributions__output=output)).distinct()


def tell(users: Iterable, title: str, body: str = "", *, link: str = "", once_key: str = "") -> int:
    longest = Notice._meta.get_field("title").max_length
    return notify(users, title=title[:longest], body=body, link=link, once_key=once_key)


def page_of(output: Output) -> str:
    return reverse("development:output", args=[output.pk])
