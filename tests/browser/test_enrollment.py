"""班 in a real browser: signing up without a script, every state at 320 px, the office filling a class."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lms.people.access import Role
from tests import factory
from tests.browser.conftest import DESK
from tests.courses.training.factory import make_class, make_enrollment, make_session, make_venue

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}
LONG = "执法规范化专题培训班（城市更新与违法建筑治理方向）" * 3


@pytest.fixture
def team(access, rules, districts):
    return districts["XH-01"]


@pytest.fixture
def learner(team):
    return factory.make_officer(team, "T-XH-0050", name="阿卜杜热合曼·" + "买买提" * 12, password=factory.PASSWORD)


def open_class(team, title="餐饮油烟执法实务班", **fields):
    soon = timezone.localdate() + timedelta(days=30)
    return make_class(team, title=title, starts_on=soon, is_self_enrolled=True, **fields)


def test_signing_up_waiting_and_leaving_without_javascript(visit, team, learner):
    training_class = open_class(team, capacity=1)
    make_enrollment(training_class)
    visitor = visit(java_script_enabled=False)
    visitor.sign_in("T-XH-0050", factory.PASSWORD)
    visitor.go("/classes/")
    visitor.page.get_by_role("link", name="餐饮油烟").click()
    visitor.page.get_by_role("button", name="排队候补").click()
    assert visitor.page.locator(".place .fig").inner_text().startswith("第1")
    visitor.page.locator("summary", has_text="退出这个班").click()
    visitor.page.get_by_role("button", name="确认退出").click()
    assert training_class.enrollments.get(officer=learner).state == "WITHDRAWN"


def test_every_state_fits_and_is_accessible(visit, team, learner):
    rows = {
        state: make_enrollment(open_class(team, f"{LONG[:90]}{number}"), learner, state=state, reason="很长的理由" * 20)
        for number, state in enumerate(["PENDING", "WAITLISTED", "CONFIRMED", "REJECTED", "PASSED", "DISMISSED"])
    }
    make_session(rows["CONFIRMED"].training_class, title=LONG[:100], venue=make_venue(team, address="某路" * 50))
    paths = {"list": "/classes/", "open": f"/classes/{open_class(team).pk}/"}
    paths |= {state: f"/classes/{row.training_class_id}/" for state, row in rows.items()}
    visitor = visit(NARROW, bypass_csp=True)
    visitor.sign_in("T-XH-0050", factory.PASSWORD)
    faults = {}
    for name, path in paths.items():
        visitor.go(path)
        faults[name] = visitor.serious_faults()
        if visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults[name].append("scrolls sideways")
        visitor.shot(f"narrow-class-{name}")
    assert {name: found for name, found in faults.items() if found} == {}
    assert visitor.complaints == []


def our_faults(visitor) -> list[str]:
    """Without those of the console's own menu."""
    return [fault for fault in visitor.serious_faults() if "sidebar" not in fault]


def test_the_office_fills_a_class_and_decides(visit, team, districts):
    training_class = open_class(districts["XH"], capacity=2)
    for _ in range(3):
        factory.make_officer(team)
    factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"], "OFFICE", password=factory.PASSWORD)
    visitor = visit(DESK, bypass_csp=True)
    visitor.sign_in("OFFICE", factory.PASSWORD)
    page = visitor.page
    visitor.go(f"/admin/training/enrollment/{training_class.pk}/")
    page.get_by_role("link", name="按条件安排").click()
    assert our_faults(visitor) == []
    page.get_by_role("button", name="确认安排3人").click()
    page.locator("table.learners").wait_for()
    assert page.locator("table.learners tbody tr").count() == 3
    page.wait_for_timeout(1000)  # Wagtail fades its messages in
    assert our_faults(visitor) == []
    visitor.shot("desk-learners")
    page.locator("input[name=row]").first.check()
    page.fill("#reason", "借调市局专班")
    page.get_by_role("button", name="办理退出").click()
    page.get_by_text("已办理1人退出").wait_for()
    assert training_class.enrollments.filter(state="WITHDRAWN").count() == 1
    assert visitor.complaints == []
