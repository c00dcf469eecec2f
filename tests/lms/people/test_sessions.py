"""A session is a row in the database: it changes at sign-in and ends where and when it is told to."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from lms.people.access import Role
from lms.people.services.roles import end_grant
from lms.people.sessions import SessionStore
from tests import factory
from tests.lms.people.door import LOGIN, actions, is_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_failures_yet():
    cache.clear()


@pytest.fixture
def phone(officer):
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0")
    sign_in(client, "T-XH-0173")
    return client


def test_the_session_id_changes_at_sign_in(client, officer):
    session = client.session
    session["planted"] = "1"
    session.save()
    client.cookies["sessionid"] = session.session_key
    sign_in(client, "T-XH-0173")
    assert client.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_signing_out_ends_the_session_on_the_server(phone, officer):
    stolen = Client()
    stolen.cookies["sessionid"] = phone.session.session_key
    assert stolen.get("/me/").status_code == 200
    phone.post(reverse("account_logout"))
    assert stolen.get("/me/").status_code == 302
    assert actions(officer)[-1] == "people.sign_out"


def test_the_console_signs_out_by_the_same_door(phone, officer):
    factory.grant(officer.user, Role.TEAM_CLERK, officer.unit)
    phone.post("/admin/logout/")
    assert not is_in(phone)
    assert actions(officer)[-1] == "people.sign_out"


def test_the_list_names_the_devices_and_ends_the_others(client, phone, officer):
    sign_in(client, "T-XH-0173", headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/126 Edg/126"})
    page = client.get(reverse("usersessions_list")).text
    assert "iPhone，微信" in page
    assert "Windows电脑，Edge" in page
    client.post(reverse("usersessions_list"))
    assert phone.get("/me/").url == f"{LOGIN}?next=/me/"
    assert client.get("/me/").status_code == 200
    assert actions(officer)[-1] == "people.end_session"


def test_changing_the_password_ends_the_other_sessions(client, phone, officer):
    sign_in(client, "T-XH-0173")
    data = {"oldpassword": factory.PASSWORD, "password1": "Xuetang-2027", "password2": "Xuetang-2027"}
    client.post(reverse("account_change_password"), data)
    assert client.get("/me/").status_code == 200
    assert not is_in(phone)


def test_a_suspended_account_is_out_on_its_next_request(phone, officer):
    assert phone.get("/me/").status_code == 200
    officer.user.is_active = False
    officer.user.save()
    assert phone.get("/me/").status_code == 302


def test_a_role_taken_away_closes_the_console_on_the_next_request(phone, officer, districts, access):
    grant = factory.grant(officer.user, Role.TEAM_CLERK, districts["XH-01"])
    assert phone.get("/admin/").status_code == 200
    end_grant(grant, actor=factory.make_staff(Role.SECURITY_ADMIN, districts["XH"].get_root()), reason="测试")
    assert phone.get("/admin/").status_code == 403
    assert phone.get("/me/").status_code == 200


def test_last_seen_is_written_at_most_every_five_minutes(phone, time_machine):
    seen = UserSession.objects.values_list("last_seen_at", flat=True)
    before = seen.get()
    phone.get("/me/")
    assert seen.get() == before
    time_machine.move_to(before + timedelta(seconds=301))
    phone.get("/me/")
    assert seen.get() > before


def test_a_device_whose_session_is_over_leaves_the_list_at_the_next_sign_in(client, phone, officer):
    other = factory.make_officer(officer.unit, password=factory.PASSWORD)
    theirs = Client()
    sign_in(theirs, other.staff_no)
    Session.objects.all().delete()
    sign_in(client, "T-XH-0173")
    assert UserSession.objects.get(user=officer.user).session_key == client.session.session_key
    assert UserSession.objects.filter(user=other.user).count() == 1, "only of who signs in"


def test_two_signed_in_devices_both_stay(client, phone, officer):
    sign_in(client, "T-XH-0173")
    assert UserSession.objects.filter(user=officer.user).count() == 2


def test_a_key_that_is_taken_is_drawn_again(monkeypatch):
    taken = SessionStore()
    taken.save()
    keys = iter([taken.session_key, taken.session_key, "f" * 32])
    monkeypatch.setattr("lms.people.sessions.get_random_string", lambda *args: next(keys))
    fresh = SessionStore()
    fresh["a"] = 1
    fresh.create()
    assert fresh.session_key == "f" * 32
    assert SessionStore(taken.session_key).load() == {}


def test_a_session_that_was_ended_is_not_written_again(phone):
    session = SessionStore(phone.session.session_key)
    session["a"] = 1
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        session.save()
    with pytest.raises(UpdateError):
        SessionStore("0" * 32).save()
    assert not Session.objects.exists()
