"""The marking desk worked by its keys alone."""

import pytest
from playwright.sync_api import expect

from exams.marking.models import Assignment, Mark, MarkEvent
from exams.marking.services.handing import hand_out
from tests import factory
from tests.browser.conftest import DESK, PHONE
from tests.exams.marking.factory import give, in_first, in_second, make_markers, mark_all, written

pytestmark = pytest.mark.django_db(transaction=True)
POINTS = ("11", "12", "10", "6", "3.5")


@pytest.fixture(autouse=True)
def no_second_factor(settings, access):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def desk(visit, rules, districts):
    """The first marker of three at his desk, with so many scripts of his own."""

    def open_(each=3, viewport=DESK):
        markers = [
            factory.make_staff(
                "MARKER", districts["XH"], f"M-{number}", name=f"阅卷员{number}", password=factory.PASSWORD
            )
            for number in range(3)
        ]
        task, _ = in_first(districts["PD"], each * 3, markers=markers)
        visitor = visit(viewport)
        visitor.sign_in("M-0", factory.PASSWORD)
        visitor.go(f"/marking/{task.exam_id}/{task.cell}/")
        expect(visitor.page.locator("#rubric")).to_be_visible()
        return visitor, task, markers[0]

    return open_


def fill(page, points=POINTS):
    """Digits and Enter, from the first line on; the last Enter saves."""
    for one in points:
        page.keyboard.type(one)
        page.keyboard.press("Enter")


def code(page) -> str:
    return page.locator("#code").inner_text()


def test_by_keys_alone(desk):
    visitor, task, marker = desk()
    page = visitor.page
    first = code(page)
    expect(page.locator("#lines input").first).to_be_focused()
    fill(page)
    expect(page.locator("#toast")).to_contain_text(f"{first}已记42.5分")
    assert Mark.objects.get().total == 42.5
    second = code(page)
    assert second != first
    page.keyboard.press("u")
    expect(page.locator("#code")).to_have_text(first)
    assert not Mark.objects.exists()
    fill(page)
    expect(page.locator("#code")).not_to_have_text(first)
    page.keyboard.press("k")
    expect(page.locator("#code")).to_have_text(first)
    expect(page.locator("#lines input").first).to_have_value("11")
    page.keyboard.type("12")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("43.5分")
    assert Mark.objects.get().version == 2
    waiting = code(page)
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.type("作答写在题目里")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#code")).not_to_have_text(waiting)
    assert Assignment.objects.get(state="FLAGGED").note == "作答写在题目里"
    page.keyboard.press("c")
    page.keyboard.type("条理清楚 jkuf")
    page.keyboard.press("Escape")
    fill(page)
    expect(page.locator("h2", has_text="都已评完")).to_be_visible()
    assert Mark.objects.order_by("-pk")[0].comment == "条理清楚 jkuf"
    page.keyboard.press("k")
    expect(page.locator("#lines input").first).to_have_value("11")
    page.keyboard.press("j")
    expect(page.locator("h2", has_text="都已评完")).to_be_visible()
    assert Mark.objects.filter(marker=marker).count() == 2
    assert visitor.complaints == []
    assert task.scripts.count() == 9


def test_what_the_rubric_does_not_allow_is_said_where_it_stands(desk):
    visitor, *_ = desk()
    page = visitor.page
    page.keyboard.type("13")
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_contain_text("0至12")
    expect(page.locator("#lines input").first).to_be_focused()
    page.keyboard.type("11.3")
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_contain_text("0.5")
    page.keyboard.press("Control+Enter")
    assert not Mark.objects.exists()


def test_a_second_window_loses_nothing(desk):
    visitor, task, marker = desk()
    page = visitor.page
    give(hand_out(task, marker), marker, 20)
    fill(page)
    expect(page.locator("#notice")).to_contain_text("已存的合计20分")
    expect(page.locator(".differs").first).to_contain_text("已存12分")
    assert Mark.objects.get().total == 20
    assert MarkEvent.objects.filter(kind="REFUSED", total="42.5").count() == 1
    visitor.shot("marking-conflict")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("42.5")
    assert Mark.objects.get().total == 42.5


def test_without_a_line_the_marks_stay_on_the_screen(desk):
    visitor, *_ = desk()
    page = visitor.page
    visitor.context.set_offline(True)
    fill(page)
    expect(page.locator("#refusal")).to_contain_text("没有连上服务器")
    expect(page.locator("#lines input").first).to_have_value("11")
    visitor.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("42.5")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_no_serious_fault(desk, viewport):
    visitor, *_ = desk(viewport=viewport)
    visitor.page.keyboard.type("11")
    assert visitor.serious_faults() == []
    visitor.shot(f"marking-{viewport['width']}")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.complaints == []


def test_the_chief_decides_on_his_page(visit, rules, districts):
    task, markers = in_second(
        districts["PD"], 2, total=5, mode="2+1", exam=written(districts["PD"], 2), markers=make_markers(districts["XH"])
    )
    for user in markers:
        mark_all(task, user, 50)
    factory.make_staff("CHIEF_EXAMINER", districts["PD"], "CHIEF", password=factory.PASSWORD)
    visitor = visit(DESK)
    visitor.sign_in("CHIEF", factory.PASSWORD)
    visitor.go("/marking/arbitration/")
    assert visitor.serious_faults() == []
    visitor.shot("arbitration")
    visitor.page.locator("table a").first.click()
    assert visitor.serious_faults() == []
    for at, one in enumerate(POINTS):
        visitor.page.locator(".crit input").nth(at).fill(one)
    visitor.page.locator("textarea[name=comment]").fill("程序部分应得满分")
    visitor.shot("arbitration-decide")
    visitor.page.locator("button[type=submit]").first.click()
    expect(visitor.page.locator(".note.ok")).to_contain_text("已仲裁定分")
    assert task.scripts.filter(state="FINAL").count() == 1
    assert visitor.complaints == []
