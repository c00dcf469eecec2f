"""Help for whoever is locked out: by a security admin, for others, and logged."""

import stat

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from lms.audit.models import AuditEvent
from lms.people.access import Role
from lms.people.services.accounts import one_time_password, reset_password, reset_second_factor, unlock_user
from tests import factory
from tests.lms.people.door import actions, is_in, sign_in

pytestmark = pytest.mark.django_db
HELP = [unlock_user, reset_password, reset_second_factor]


@pytest.fixture(autouse=True)
def no_failures_yet():
    cache.clear()


@pytest.fixture
def security_admin(city, access):
    return factory.make_staff(Role.SECURITY_ADMIN, city)


def lock(client):
    for _ in range(6):
        sign_in(client, "T-XH-0173", "wrong")


def test_an_unlocked_account_gets_in_at_once(client, officer, security_admin):
    lock(client)
    unlock_user(officer.user, actor=security_admin)
    assert sign_in(client, "T-XH-0173").status_code == 302
    assert "people.unlock" in actions(officer)


def test_a_reset_gives_a_password_for_one_use_and_ends_what_was_open(client, officer, security_admin):
    sign_in(client, "T-XH-0173")
    password = reset_password(officer.user, actor=security_admin)
    assert not is_in(client)
    assert sign_in(client, "T-XH-0173", password).status_code == 302
    assert client.get("/me/").url == "/accounts/password/change/"
    assert password not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("deed", HELP)
@pytest.mark.parametrize("role", [Role.CITY_OFFICE, Role.SYSTEM_ADMIN, Role.AUDITOR, Role.TEAM_CLERK])
def test_no_other_role_may(officer, city, access, role, deed):
    with pytest.raises(PermissionDenied):
        deed(officer.user, actor=factory.make_staff(role, city))


@pytest.mark.parametrize("deed", HELP)
def test_nobody_helps_himself(security_admin, deed):
    with pytest.raises(ValidationError) as refusal:
        deed(security_admin, actor=security_admin)
    assert refusal.value.code == "oneself"


@pytest.mark.parametrize("deed", HELP)
def test_a_district_admin_helps_in_his_district_only(officer, districts, access, deed):
    with pytest.raises(PermissionDenied):
        deed(officer.user, actor=factory.make_staff(Role.SECURITY_ADMIN, districts["PD"]))
    deed(officer.user, actor=factory.make_staff(Role.SECURITY_ADMIN, districts["XH"]))


def test_one_time_passwords_differ_and_meet_the_rule():
    passwords = {one_time_password() for _ in range(50)}
    assert len(passwords) == 50
    for password in passwords:
        validate_password(password)


def test_issue_passwords_writes_a_private_file_for_those_who_have_none(client, districts, officer, tmp_path):
    factory.make_officer(districts["XH-02"], "T-XH-0200")
    factory.make_officer(districts["PD-01"], "T-PD-0200")
    out = tmp_path / "first.xlsx"
    call_command("issue_passwords", "--unit", "XH", "--out", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    rows = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows[1:]] == ["T-XH-0200"]
    assert sign_in(client, "T-XH-0200", rows[1][3]).status_code == 302
    assert client.get("/me/").url == "/accounts/password/change/"
    with pytest.raises(CommandError):
        call_command("issue_passwords", "--unit", "XH", "--out", str(out))


def test_issue_passwords_gives_none_when_the_file_cannot_be_written(districts, tmp_path):
    officer = factory.make_officer(districts["XH-02"], "T-XH-0200")
    with pytest.raises(CommandError):
        call_command("issue_passwords", "--unit", "XH", "--out", str(tmp_path / "no" / "first.xlsx"))
    officer.user.refresh_from_db()
    assert not officer.user.has_usable_password()
