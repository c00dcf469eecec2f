"""The one door: by staff number, refused clearly, counted per account and never per address."""

import pytest
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lms.audit.models import AuditEvent
from lms.people.services.accounts import issue_password
from tests import factory
from tests.lms.people.door import LOGIN, actions, codes, is_in, sign_in

pytestmark = pytest.mark.django_db


def test_an_officer_comes_in_by_staff_number_in_either_case(client, officer):
    assert sign_in(client, "t-xh-0173").url == "/"
    assert get_user(client) == officer.user
    assert actions(officer) == ["people.sign_in"]


def test_a_wrong_password_and_an_unknown_number_are_refused_alike(client, officer):
    wrong, unknown = sign_in(client, "T-XH-0173", "wrong"), sign_in(client, "NOBODY", "wrong")
    assert codes(wrong) == codes(unknown) == ["username_password_mismatch"]
    messages = [answer.context["form"].non_field_errors() for answer in (wrong, unknown)]
    assert messages[0] == messages[1]
    assert not is_in(client)
    assert AuditEvent.objects.count() == 1


def test_the_refusal_counts_down_and_then_says_how_long(client, officer):
    refusals = [sign_in(client, "T-XH-0173", "wrong").context["form"].non_field_errors()[0] for _ in range(6)]
    assert [f"再错{left}次" in refusal for left, refusal in zip((4, 3, 2, 1), refusals, strict=False)] == [True] * 4
    assert all("15分钟" in refusal for refusal in refusals)


def test_six_wrong_passwords_lock_that_account_and_nobody_else(client, officer, districts):
    factory.make_officer(districts["XH-01"], "T-XH-0174", password=factory.PASSWORD)
    for _ in range(6):
        last = sign_in(client, "T-XH-0173", "wrong")
    assert codes(last) == ["too_many_login_attempts"]
    assert codes(sign_in(client, "T-XH-0173")) == ["too_many_login_attempts"]
    assert sign_in(client, "T-XH-0174").status_code == 302
    assert actions(officer) == ["people.sign_in_failed"] * 5 + ["people.lock_out"]


def test_the_lock_counts_per_account_whatever_the_address_or_the_host(client, officer):
    for number in range(5):
        client.post(LOGIN, {"login": "T-XH-0173", "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert codes(sign_in(client, "T-XH-0173", headers={"host": "127.0.0.1"})) == ["too_many_login_attempts"]


def test_a_session_already_open_goes_on_while_the_account_is_locked(client, officer):
    sign_in(client, "T-XH-0173")
    for _ in range(6):
        sign_in(Client(), "T-XH-0173", "wrong")
    assert client.get("/me/").status_code == 200


def test_after_fifteen_minutes_the_right_password_works_again(client, officer, time_machine):
    time_machine.move_to("2026-03-02 09:00+08:00", tick=False)
    for _ in range(6):
        sign_in(client, "T-XH-0173", "wrong")
    time_machine.shift(14 * 60)
    assert sign_in(client, "T-XH-0173").status_code == 200
    time_machine.shift(61)
    assert sign_in(client, "T-XH-0173").status_code == 302


def test_a_sign_in_that_cannot_be_logged_fails(client, officer, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr("lms.people.adapters.record", fail)
    client.raise_request_exception = False
    assert sign_in(client, "T-XH-0173").status_code == 500
    assert not is_in(client)


def test_a_suspended_account_is_told_so_only_with_the_right_password(client, officer):
    officer.user.is_active = False
    officer.user.save()
    assert sign_in(client, "T-XH-0173").url == LOGIN
    assert "已停用" in client.get(LOGIN).text
    assert codes(sign_in(client, "T-XH-0173", "wrong")) == ["username_password_mismatch"]
    assert not is_in(client)


def test_a_first_password_opens_nothing_but_its_own_change(client, officer):
    password = issue_password(officer.user, actor="测试")
    assert sign_in(client, "T-XH-0173", password).status_code == 302
    change = reverse("account_change_password")
    for path in ("/", "/me/", "/learn/", "/ledger/"):
        assert client.get(path).url == change
    fresh = "Xuetang-2027"
    answer = client.post(change, {"oldpassword": password, "password1": fresh, "password2": fresh})
    assert answer.url == "/"
    assert client.get("/me/").status_code == 200
    assert "people.change_password" in actions(officer)


@pytest.mark.parametrize("password", ["Short-1", "onlylowercase", "lower1andigits", "Password123", "T-XH-0173a"])
def test_weak_passwords_are_refused(client, officer, password):
    sign_in(client, "T-XH-0173")
    data = {"oldpassword": factory.PASSWORD, "password1": password, "password2": password}
    form = client.post(reverse("account_change_password"), data).context["form"]
    assert form.errors["password1"]


@pytest.mark.parametrize(
    "path",
    ["signup/", "inactive/", "email/", "confirm-email/", "confirm-email/x/", "password/set/", "password/reset/",
     "password/reset/done/", "password/reset/key/1-x/", "login/code/confirm/", "social/signup/", "3rdparty/"],
)  # fmt: skip
def test_pages_that_make_no_sense_here_are_not_there(client, officer, path):
    assert client.get(f"/accounts/{path}").status_code == 404
    sign_in(client, "T-XH-0173")
    assert client.get(f"/accounts/{path}").status_code == 404


@pytest.fixture(autouse=True)
def no_failures_yet():
    cache.clear()
