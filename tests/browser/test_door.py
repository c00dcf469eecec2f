"""The door in a real browser: no call abroad, no broken policy, no serious fault, on login, account pages and console."""

import pytest
from django.core.cache import cache

from lms.people.access import Role
from lms.people.services.accounts import issue_password
from tests import factory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_failures_yet(db):
    """Before and after: what these tests write, they commit."""
    cache.clear()
    yield
    cache.clear()


def test_login_refused_and_locked(visit, officer):
    visitor = visit()
    visitor.go("/accounts/login/")
    visitor.shot("door-1-login")
    assert visitor.serious_faults() == []
    for _ in range(6):
        visitor.sign_in("T-XH-0173", "wrong")
    visitor.shot("door-2-locked")
    assert visitor.page.get_by_role("alert").is_visible()
    assert visitor.serious_faults() == []
    assert visitor.complaints == []


def test_a_first_password_and_the_account_pages(visit, officer, rules):
    visitor = visit()
    visitor.sign_in("T-XH-0173", issue_password(officer.user, actor="测试"))
    visitor.shot("door-3-password")
    assert visitor.serious_faults() == []
    page = visitor.page
    page.goto(visitor.base + "/accounts/logout/")
    page.click("main button[type=submit]")
    page.wait_for_url("**/accounts/login/**")
    officer.user.refresh_from_db()
    officer.user.set_password(factory.PASSWORD)
    officer.user.must_change_password = False
    officer.user.save()
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    for path in ("/", "/accounts/sessions/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/logout/"):
        visitor.go(path)
        assert visitor.serious_faults() == [], path
    assert visitor.complaints == []


def test_the_console_calls_nobody_and_keeps_its_policy(visit, officer, rules, access):
    factory.grant(officer.user, Role.CITY_OFFICE, officer.unit.get_root())
    visitor = visit({"width": 1440, "height": 900})
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    for path in ("/admin/", "/admin/officer/"):
        visitor.go(path)
        visitor.page.wait_for_load_state("networkidle")
    assert visitor.complaints == []
