"""An account for every role of the demo city, with a second factor where one is owed."""

from dataclasses import dataclass

from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from lms.people.access import Role
from lms.people.models import Officer, OrgUnit, RoleGrant, User
from lms.people.services.accounts import enroll_second_factor
from lms.people.services.roles import sync_groups
from lms.portal.demo.city import CITY, STREETS

PASSWORD = "Chengguan-2026!"  # noqa: S105
DISTRICTS = {"PD": "浦东", "XH": "徐汇"}
REASON = "演示账号"
_IN_DISTRICTS = {Role.TEAM_CLERK: "{}-01", Role.STREET_MANAGER: STREETS + "-{}-01", Role.DISTRICT_OFFICE: "{}"}


@dataclass(frozen=True)
class Account:
    username: str
    name: str
    role: str
    scope: str


def open_accounts(units: dict[str, OrgUnit], signers: tuple[User, User]) -> list[Account]:
    """City-level roles on the root, district ones on two districts; the rows are those the real walk leaves."""
    encoded = make_password(PASSWORD)
    return [
        _open(role, units[code], district, encoded, signers)
        for role in Role
        for code, district in _places(role)
        if code in units
    ]


def _places(role: Role) -> list[tuple[str, str]]:
    if role == Role.MARKER:
        # Two rounds and a third mark want three of them.
        return [(CITY, ""), *((code, code) for code in DISTRICTS)]
    if role in _IN_DISTRICTS:
        return [(_IN_DISTRICTS[role].format(code), code) for code in DISTRICTS]
    return [(CITY, "")]


def _open(role: Role, unit: OrgUnit, district: str, encoded: str, signers: tuple[User, User]) -> Account:
    username = "-".join([*role.value.split("_"), *filter(None, [district])])
    name = "·".join(["演示", role.label, *filter(None, [DISTRICTS.get(district)])])
    user = User.objects.create(username=username, first_name=name, password=encoded)
    made_by, checked_by = signers
    RoleGrant.objects.create(
        user=user,
        role=role,
        unit=unit,
        reason=REASON,
        made_by=made_by,
        checked_by=checked_by,
        checked_at=timezone.now(),
    )
    sync_groups(user)
    enroll_second_factor(user, generate_totp_secret())
    return Account(user.username, user.first_name, role.label, unit.name)


def officer_accounts(officers: list[Officer]) -> list[Account]:
    return [Account(one.staff_no, one.name, "执法人员", one.unit.name) for one in officers]
