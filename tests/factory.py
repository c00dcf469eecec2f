"""Plain functions that make what a test needs, and nothing it did not ask for."""

from datetime import date
from itertools import count

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from lms.people.models import Officer, OrgUnit, RoleGrant, User
from lms.people.services.roles import sync_groups

_numbers = count(1)
PASSWORD = "Chengguan-2026!"


def make_city() -> OrgUnit:
    return OrgUnit.add_root(code="SJ", name="市局", kind=OrgUnit.Kind.CITY)


def make_unit(parent: OrgUnit, code: str, *, kind=OrgUnit.Kind.TEAM, **fields) -> OrgUnit:
    return OrgUnit.objects.get(pk=parent.pk).add_child(code=code, name=fields.pop("name", code), kind=kind, **fields)


def make_district(city: OrgUnit, code: str) -> OrgUnit:
    return make_unit(city, code, kind=OrgUnit.Kind.DISTRICT)


def make_user(username: str | None = None, *, password: str | None = None, **fields) -> User:
    username = username or f"U-{next(_numbers):05d}"
    user = User(username=username, first_name=fields.pop("name", username), **fields)
    if password:
        user.set_password(password)
    else:
        user.set_unusable_password()
    user.save()
    return user


def make_officer(unit: OrgUnit, staff_no: str | None = None, *, name: str = "", password=None, **fields) -> Officer:
    staff_no = staff_no or f"T-{next(_numbers):05d}"
    name = name or f"测试员·{staff_no[-5:]}"
    user = make_user(staff_no, name=name, password=password)
    fields = {"sex": Officer.Sex.MALE, "entered_on": date(2015, 7, 1), **fields}
    officer = Officer.objects.create(user=user, staff_no=staff_no, name=name, unit=unit, **fields)
    officer.postings.create(unit=unit, during=DateRange(fields["entered_on"], None))
    return officer


def grant(user: User, role: str, unit: OrgUnit) -> RoleGrant:
    """A role in force, without the walk through proposal and consent."""
    made_by, checked_by = make_user(), make_user()
    row = RoleGrant.objects.create(
        user=user,
        role=role,
        unit=unit,
        reason="测试",
        made_by=made_by,
        checked_by=checked_by,
        checked_at=timezone.now(),
    )
    sync_groups(user)
    return row


def make_staff(role: str, unit: OrgUnit, username: str | None = None, **fields) -> User:
    user = make_user(username, **fields)
    grant(user, role, unit)
    return user
