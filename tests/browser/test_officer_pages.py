"""Every officer page: nothing serious for axe, nothing cut off at 320 px, readable without JavaScript."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from lms.ledger.services.posting import Claim, post_entry
from tests import factory
from tests.courses.shelf import make_course

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}
LONG_NAME = "阿卜杜热合曼·" + "买买提" * 14


@pytest.fixture
def busy(access, rules, districts):
    """An officer with the longest name, a course and a full ledger."""
    officer = factory.make_officer(districts["XH-01"], "T-XH-0050", name=LONG_NAME[:50], password=factory.PASSWORD)
    course = make_course(body="<h3>小标题</h3><p>正文" + "，很长的一段" * 30 + "。</p><ul><li>一</li><li>二</li></ul>")
    for day in range(1, 29):
        at = datetime(2026, 10, day, 23 if day % 9 == 0 else 10, tzinfo=ZoneInfo("Asia/Shanghai"))
        claim = Claim(
            "R05", f"test:{day}", "涉企检查：检查码与双随机" * (day % 3 + 1), "ONLINE", at, {"minutes": day * 2}
        )
        post_entry(officer, claim)
    return officer, course


def paths(course):
    return {
        "today": "/", "learn": "/learn/", "nothing-found": "/learn/?q=没有这门课", "course": f"/learn/{course.pk}/",
        "lesson": f"/learn/{course.pk}/1/", "ledger": "/ledger/?year=2026", "ledger-empty": "/ledger/?layer=TEAM",
        "me": "/me/", "password": "/accounts/password/change/", "sessions": "/accounts/sessions/", "mfa": "/accounts/2fa/",
    }  # fmt: skip


def test_pages_are_accessible_and_fit(visit, busy):
    _, course = busy
    visitor = visit(NARROW, bypass_csp=True)
    visitor.go("/accounts/login/")
    faults = {"login": visitor.serious_faults()}
    visitor.sign_in("T-XH-0050", factory.PASSWORD)
    for name, path in paths(course).items():
        visitor.go(path)
        faults[name] = visitor.serious_faults()
        if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults[name].append("scrolls sideways")
        visitor.shot(f"narrow-{name}")
    assert {name: found for name, found in faults.items() if found} == {}
    assert visitor.complaints == []


def test_the_ledger_reads_without_javascript(visit, busy):
    visitor = visit(java_script_enabled=False)
    visitor.sign_in("T-XH-0050", factory.PASSWORD)
    visitor.go("/ledger/?year=2026")
    assert visitor.page.locator(".ent").count() == 28
    assert "未计入" in visitor.page.text_content("main")
    visitor.shot("phone-ledger-full")


def test_dark_mode_keeps_its_contrast(visit, busy):
    visitor = visit(color_scheme="dark", bypass_csp=True)
    visitor.sign_in("T-XH-0050", factory.PASSWORD)
    visitor.go("/ledger/?year=2026")
    assert visitor.serious_faults() == []
    visitor.go("/")
    assert visitor.serious_faults() == []
    visitor.shot("phone-today-dark")


def test_hours_shown_are_the_hours_posted(visit, busy):
    officer, _ = busy
    visitor = visit()
    visitor.sign_in("T-XH-0050", factory.PASSWORD)
    visitor.go("/ledger/?year=2026")
    posted = sum((entry.hours for entry in officer.entries.all()), Decimal(0))
    assert f"{posted:.2f}" in visitor.page.text_content(".sum b")


def test_axe_would_see_a_fault(visit, busy):
    visitor = visit(NARROW, bypass_csp=True)
    visitor.go("/accounts/login/")
    visitor.page.evaluate("document.querySelector('main').innerHTML = '<input><button></button>'")
    assert visitor.serious_faults() != []
