"""Whoever holds a duty brings a second factor; the codes here are computed as a phone would."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from lms.people.access import Role
from lms.people.management.commands.demo_code import current_code
from lms.people.services.accounts import enroll_second_factor, reset_second_factor
from tests import factory
from tests.lms.people.door import actions, is_in, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("access")]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ACTIVATE = "/accounts/2fa/totp/activate/"
CODE = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def second_factor_owed(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    cache.clear()


@pytest.fixture
def clerk(officer, districts):
    factory.grant(officer.user, Role.TEAM_CLERK, districts["XH-01"])
    return officer


def codes_left(user):
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


@pytest.mark.parametrize(
    "path", ["/", "/me/", "/admin/", "/admin/account/", "/ledger/", "/documents/1/x.pdf", "/nosuch/"]
)
def test_staff_without_it_are_led_to_the_binding_page(client, clerk, path):
    sign_in(client, "T-XH-0173")
    assert client.get(path).url == ACTIVATE


def test_an_officer_without_a_duty_needs_none(client, officer):
    sign_in(client, "T-XH-0173")
    assert client.get("/me/").status_code == 200


def test_the_whole_walk_bind_sign_out_sign_in_with_a_code(client, clerk):
    sign_in(client, "T-XH-0173")
    page = client.get(ACTIVATE)
    secret = page.context["form"].secret
    assert secret in page.text
    assert page.context["totp_svg_data_uri"] in page.text
    answer = client.post(ACTIVATE, {"code": current_code(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    assert "people.bind_second_factor" in actions(clerk)
    assert client.get("/admin/").status_code == 200
    client.post("/accounts/logout/")
    cache.clear()  # a code counts once

    assert sign_in(client, "T-XH-0173").url == CODE
    assert not is_in(client)
    assert client.post(CODE, {"code": "000000"}).context["form"].errors["code"].as_data()[0].code == "incorrect_code"
    assert not is_in(client)
    client.post(CODE, {"code": current_code(secret)})
    assert is_in(client)
    assert actions(clerk)[-2:] == ["people.code_failed", "people.sign_in"]


def test_a_code_does_not_work_twice(client, clerk):
    enroll_second_factor(clerk.user, SECRET)
    code = current_code(SECRET)
    for expected in (True, False):
        sign_in(client, "T-XH-0173")
        client.post(CODE, {"code": code})
        assert is_in(client) is expected
        client.post("/accounts/logout/")


def test_a_recovery_code_stands_in_once(client, clerk):
    enroll_second_factor(clerk.user, SECRET)
    code = codes_left(clerk.user)[0]
    for expected in (True, False):
        sign_in(client, "T-XH-0173")
        client.post(CODE, {"code": code})
        assert is_in(client) is expected
        client.post("/accounts/logout/")
    assert len(codes_left(clerk.user)) == 9


def test_wrong_codes_are_counted_like_wrong_passwords(client, clerk):
    enroll_second_factor(clerk.user, SECRET)
    sign_in(client, "T-XH-0173")
    for _ in range(6):
        answer = client.post(CODE, {"code": "000000"})
    assert answer.context["form"].errors["code"].as_data()[0].code == "too_many_login_attempts"
    client.post(CODE, {"code": current_code(SECRET)})
    assert not is_in(client)


def test_a_security_admin_resets_it_and_binding_is_owed_again(client, clerk, city):
    enroll_second_factor(clerk.user, SECRET)
    reset_second_factor(clerk.user, actor=factory.make_staff(Role.SECURITY_ADMIN, city))
    sign_in(client, "T-XH-0173")
    assert client.get("/").url == ACTIVATE
    assert "people.reset_second_factor" in actions(clerk)


def test_whoever_unbinds_it_owes_it_again(client, clerk):
    enroll_second_factor(clerk.user, SECRET)
    sign_in(client, "T-XH-0173")
    client.post(CODE, {"code": current_code(SECRET)})
    client.post(reverse("mfa_deactivate_totp"))
    assert client.get("/admin/").url == ACTIVATE
    assert actions(clerk)[-1] == "people.unbind_second_factor"


def test_demo_code_prints_the_code_of_a_demonstration_only(clerk, settings, capsys):
    enroll_second_factor(clerk.user, SECRET)
    settings.DEMO = True
    call_command("demo_code", "T-XH-0173")
    assert capsys.readouterr().out.strip() == current_code(SECRET)
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo_code", "T-XH-0173")
