"""The plan pages of a training office: nothing serious for axe, no request abroad; a line added by hand is summed."""

import pytest

from tests import factory
from tests.browser.conftest import DESK, PHONE
from tests.courses.training.plans import MODULES, make_filed, make_item, make_office, make_plan

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(access, rules, city, districts, officer):
    for role in ("CITY_OFFICE", "DISTRICT_OFFICE"):
        factory.grant(officer.user, role, city if role == "CITY_OFFICE" else districts["XH"])
    upper = make_plan(city, state="ACCEPTED", title="2026年全市教育培训计划")
    line = make_item(upper, modules=MODULES)
    plan = make_plan(districts["XH"], made_by=officer.user, follows=upper)
    make_item(plan, modules=MODULES, follows=line)
    make_item(plan, title="教育培训工作推进会", hours=0)
    make_filed(districts["PD"], make_office(districts["PD"]))
    return plan


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_of_plans(visit, plan, viewport):
    visitor = visit(viewport, bypass_csp=True)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    pages = {
        "board": "/admin/training/plans/board/?year=2026", "plan": f"/admin/trainingplan/inspect/{plan.pk}/",
        "items": f"/admin/training/plans/{plan.pk}/items/", "import": f"/admin/training/plans/{plan.pk}/import/",
        "tiers": "/admin/training/plans/responsibility/",
    }  # fmt: skip
    faults = {}
    for name, path in pages.items():
        visitor.go(path)
        faults[name] = visitor.serious_faults()
        visitor.shot(f"plans-{viewport['width']}-{name}")
    assert {name: found for name, found in faults.items() if found} == {}
    assert visitor.complaints == []


def test_a_line_added_by_hand_is_summed_and_retyped(visit, plan):
    visitor = visit(DESK)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.go(f"/admin/training/plans/{plan.pk}/items/")
    page = visitor.page
    page.click("[data-add]")
    line = page.locator("[data-line]").last
    for name, value in {
        "title": "新增班",
        "audience": "一线",
        "classes": "2",
        "seats": "30",
        "days": "1.5",
        "hours": "12",
    }.items():
        line.locator(f"[name$=-{name}]").fill(value)
    assert page.inner_text("[data-sum=attendances]") == "140"
    assert page.inner_text("[data-sum=days]") == "250"
    page.click("[data-add]")
    page.locator("[data-drop]").last.click()
    page.click("form[data-plan] button[type=submit]:not([name=done])")
    page.wait_for_load_state()
    page.click("text=改列为会议")
    page.wait_for_load_state()
    assert page.inner_text("[data-sum=attendances]") == "100"
    assert list(plan.items.values_list("title", "event_type"))[1:] == [
        ("教育培训工作推进会", "MEETING"), ("新增班", "TRAINING"),
    ]  # fmt: skip
    assert visitor.complaints == []
