"""An exam in a real browser: sat through on a phone and by keys alone, cut off, killed, opened twice, taken over."""

import os
import signal
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from exams.sittings.models import Answer, AnswerEvent, Attempt, Receipt
from exams.sittings.services.rescuing import read_file
from exams.sittings.services.starting import take_over
from tests import factory
from tests.browser.conftest import DESK, FLAGS, PHONE
from tests.exams.sittings.factory import make_attempt, make_exam, make_hall, make_sitting

pytestmark = pytest.mark.django_db(transaction=True)
ALL = ("single", "multiple", "true_false", "fill_in", "numeric", "matching", "ordering", "short_answer", "case")
QUICK = ("single", "true_false")
TEXT_PAUSE = 1_100


@pytest.fixture
def place(access, rules, officer):
    """The officer's place in an exam that opened five minutes ago, prepared and not begun."""

    def make(kinds=QUICK, each=2, opens=-5, **terms) -> Attempt:
        sitting = make_sitting(make_exam(officer.unit, kinds=kinds, each=each, **terms), opens=opens)
        hall = make_hall(sitting)
        return make_attempt(sitting, officer=officer, hall=hall, seat=17)

    return make


@pytest.fixture
def sit(visit, place):
    """Signed in and on the answer sheet."""

    def open_(viewport=PHONE, **terms):
        attempt = place(**terms)
        visitor = visit(viewport)
        visitor.sign_in("T-XH-0173", factory.PASSWORD)
        begin(visitor, attempt)
        return visitor, attempt

    return open_


def begin(visitor, attempt):
    visitor.go(f"/exams/{attempt.candidate_id}/")
    visitor.page.click("#begin button")
    visitor.page.wait_for_selector("#exam.is-ready", state="attached")


def saved(page):
    """Until nothing is marked as unsaved; the sheet takes a choice up a moment after, a text when the writer pauses."""
    page.wait_for_timeout(TEXT_PAUSE)
    page.wait_for_selector("#k-wait:text-is('其中未保存0')", state="attached")


def answers(attempt) -> dict:
    return dict(Answer.objects.filter(attempt=attempt).values_list("slot", "payload"))


COUNT = """
(owner) => new Promise((resolve) => {
  const request = indexedDB.open(`exams-${owner}`);
  request.onupgradeneeded = () => request.transaction.abort();
  request.onerror = () => resolve(null);
  request.onsuccess = () => {
    const work = request.result.transaction(["unsent", "given"]), counts = ["unsent", "given"].map((one) => work.objectStore(one).count());
    work.oncomplete = () => { request.result.close(); resolve(counts.map((one) => one.result)); };
  };
})"""


def on_device(page) -> list[int] | None:
    """How many answers the device keeps: not sent, and acknowledged. None where it keeps nothing at all."""
    page.wait_for_timeout(500)
    return page.evaluate(COUNT, page.evaluate("document.body.dataset.user"))


def cut(visitor, *, is_cut=True):
    visitor.context.set_offline(is_cut)


@pytest.fixture
def far(visit, place, line):
    """On the answer sheet over that line, with its page kept for a reload."""

    def open_(**terms):
        attempt = place(**terms)
        visitor = visit()
        visitor.base = line.url
        visitor.sign_in("T-XH-0173", factory.PASSWORD)
        begin(visitor, attempt)
        visitor.page.wait_for_function(
            "navigator.serviceWorker.ready.then(() => caches.match(location.pathname)).then(Boolean)"
        )
        return visitor, attempt

    return open_


def choose(page, slot, value):
    """Chosen, and known to the sheet, which takes it up a moment later."""
    page.locator(f'#q{slot} [name="q{slot}"][value="{value}"]').check()
    page.evaluate("() => new Promise((done) => setTimeout(done, 0))")


def test_sat_on_a_phone_from_the_waiting_room_to_the_receipt(visit, place):
    attempt = place(kinds=ALL, each=1)
    visitor = visit()
    page = visitor.page
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.shot("exam-today")
    visitor.go("/exams/")
    visitor.shot("exam-mine")
    page.click(".rows a")
    visitor.shot("exam-room")
    assert visitor.serious_faults() == []
    page.click("#begin button")
    page.wait_for_selector("#exam.is-ready", state="attached")
    visitor.shot("exam-sheet")
    for _ in ALL:
        section = page.locator(".q.now")
        for field in section.locator(".opts").all():
            field.locator("input").first.check()
        for number, field in enumerate(section.locator("select").all(), start=1):
            field.select_option(index=number)
        for field in section.locator("textarea, input[type=text]").all():
            field.fill("5")
        if page.locator("#next").is_enabled():
            page.click("#next")
    saved(page)
    assert len(answers(attempt)) == len(ALL)
    page.click("#open-card")
    page.wait_for_timeout(400)
    assert visitor.serious_faults() == []
    page.click("#hand-in")
    page.wait_for_selector("#ask[open]")
    page.click("#ask [value=yes]")
    page.wait_for_url("**/receipt/")
    visitor.shot("exam-receipt")
    assert visitor.serious_faults() == []
    receipt = Receipt.objects.get(attempt=attempt)
    assert page.text_content(".hash").replace("\n", "").replace(" ", "") == receipt.sha256
    assert receipt.answered == len(ALL)
    assert on_device(page) == [0, 0]
    assert visitor.complaints == []


def test_by_keyboard_alone(visit, place):
    attempt = place(kinds=("single", "multiple", "true_false"), each=1)
    visitor = visit(DESK)
    page, press = visitor.page, visitor.page.keyboard.press
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.go(f"/exams/{attempt.candidate_id}/")
    tab_to(page, "#begin button")
    press("Enter")
    page.wait_for_selector("#exam.is-ready", state="attached")
    for key in ("2", "ArrowRight", "a", "c", "f", "j", "b"):
        press(key)
    saved(page)
    assert [type(one) for one in answers(attempt).values()] == [str, list, bool]
    assert len(answers(attempt)[2]) == 2
    expect(page.locator("#k-flag")).to_have_text("有标记1")
    press("k")
    expect(page.locator(".q.now")).to_have_attribute("id", "q2")
    visitor.shot("exam-desk")
    tab_to(page, "#hand-in")
    press("Enter")
    page.wait_for_selector("#ask[open]")
    press("Tab")
    press("Enter")
    page.wait_for_url("**/receipt/")
    assert Receipt.objects.get().answered == 3
    assert visitor.complaints == []


def tab_to(page, selector):
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(one) => document.activeElement.matches(one)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached")


def test_the_network_cut_a_reload_and_all_arrives(far, line):
    visitor, attempt = far(kinds=("single", "short_answer"))
    page = visitor.page
    choose(page, 1, "o1")
    saved(page)
    line.cut()
    cut(visitor)
    page.click("#next")
    choose(page, 2, "o2")
    page.click("#next")
    page.fill("#q3 textarea", "断网时写的。")
    expect(page.locator("#offline")).to_be_visible()
    expect(page.locator("#k-wait")).to_have_text("其中未保存2")
    page.reload()
    page.wait_for_selector("#exam.is-ready", state="attached")
    assert page.input_value("#q3 textarea") == "断网时写的。"
    assert page.is_checked('#q1 [value="o1"]')
    expect(page.locator("#k-wait")).to_have_text("其中未保存2")
    visitor.shot("exam-offline")
    assert set(answers(attempt)) == {1}
    line.mend()
    cut(visitor, is_cut=False)
    saved(page)
    assert answers(attempt) == {1: "o1", 2: "o2", 3: "断网时写的。"}
    expect(page.locator("#offline")).to_be_hidden()


@pytest.mark.slow
def test_ten_minutes_without_a_network(far, line):
    visitor, attempt = far(kinds=("single", "short_answer"))
    page = visitor.page
    line.cut()
    for minute in range(10):
        page.evaluate("document.querySelector('#cells button').click()")
        choose(page, 1, f"o{minute % 3 + 1}")
        page.evaluate("document.querySelectorAll('#cells button')[2].click()")
        page.fill("#q3 textarea", f"第{minute}分钟")
        page.wait_for_timeout(60_000)
        if minute == 5:
            page.reload()
            page.wait_for_selector("#exam.is-ready", state="attached")
    assert answers(attempt) == {}
    line.mend()
    saved(page)
    assert answers(attempt) == {1: "o1", 3: "第9分钟"}


def test_a_killed_browser_opened_again_sends_what_it_kept(chromium, live_server, place, tmp_path):
    attempt = place()
    with_profile = Profile(chromium, live_server, tmp_path)
    page = with_profile.open(attempt)
    choose(page, 1, "o2")
    saved(page)
    with_profile.context.set_offline(True)
    page.click("#next")
    choose(page, 2, "o3")
    expect(page.locator("#k-wait")).to_have_text("其中未保存1")
    page.wait_for_timeout(1000)
    with_profile.kill()
    assert answers(attempt) == {1: "o2"}
    page = with_profile.open(attempt)
    saved(page)
    assert answers(attempt) == {1: "o2", 2: "o3"}
    with_profile.context.close()


class Profile:
    """A browser of its own whose files stay on the disk."""

    def __init__(self, chromium, live_server, folder):
        self.chromium, self.base, self.folder, self.context = chromium, live_server.url, folder, None

    def open(self, attempt):
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        self.context = self.chromium.browser_type.launch_persistent_context(
            self.folder, executable_path=path, args=FLAGS, viewport=PHONE, locale="zh-CN"
        )
        page = self.context.new_page()
        page.goto(f"{self.base}/exams/{attempt.candidate_id}/")
        if "login" in page.url:
            page.fill("input[name=login]", "T-XH-0173")
            page.fill("input[name=password]", factory.PASSWORD)
            page.click("main button[type=submit]")
            page.wait_for_selector("h1.hero-title")
        start, go_on = page.locator("#begin button"), page.locator("a.btn.main.tall")
        (start if start.count() else go_on).click()
        if page.url.endswith("/take-over/"):
            page.click("#begin button")
        page.wait_for_selector("#exam.is-ready", state="attached")
        return page

    def kill(self):
        os.kill(int(os.readlink(self.folder / "SingletonLock").rpartition("-")[2]), signal.SIGKILL)
        self.context.pages[0].wait_for_event("close", timeout=5000) if self.context.pages else None
        (self.folder / "SingletonLock").unlink(missing_ok=True)


def test_two_tabs_both_are_shown_and_the_later_choice_counts(sit):
    visitor, attempt = sit(DESK)
    first, second = visitor.page, visitor.context.new_page()
    second.goto(first.url)
    second.wait_for_selector("#exam.is-ready", state="attached")
    choose(first, 1, "o1")
    saved(first)
    choose(second, 1, "o2")
    notice = second.locator("#q1 .notice")
    expect(notice).to_be_visible()
    saved(second)
    assert answers(attempt) == {1: "o2"}
    visitor.page = second
    visitor.shot("exam-conflict")
    notice.locator("button", has_text="改用另一种").click()
    saved(second)
    assert answers(attempt) == {1: "o1"}
    assert second.is_checked('#q1 [value="o1"]')
    assert AnswerEvent.objects.count() == 3


def test_taken_over_the_first_freezes_and_shows_what_it_had_not_sent(sit):
    visitor, attempt = sit()
    page = visitor.page
    cut(visitor)
    choose(page, 1, "o1")
    expect(page.locator("#k-wait")).to_have_text("其中未保存1")
    take_over(attempt)
    cut(visitor, is_cut=False)
    notice = page.locator("[data-key=end]")
    expect(notice).to_contain_text("第1题")
    assert page.is_disabled('#q1 [value="o2"]')
    visitor.shot("exam-superseded")
    assert answers(attempt) == {}
    with page.expect_download() as file:
        notice.locator("button", has_text="导出").click()
    assert read_file(attempt, file.value.path().read_bytes()) == [(1, 1, '"o1"')]


def test_more_time_is_seen_within_one_heartbeat(sit):
    visitor, attempt = sit()
    attempt.refresh_from_db()
    visitor.page.wait_for_timeout(5500)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=attempt.deadline_at + timedelta(minutes=5))
    visitor.page.wait_for_selector("[data-key=moved]", timeout=15_500)
    assert "补时5分钟" in visitor.page.text_content("[data-key=moved]")
    left = visitor.page.text_content("#left")
    assert left.startswith("2:04:"), left
    visitor.shot("exam-extended")


def test_time_is_up(sit):
    visitor, attempt = sit()
    page = visitor.page
    choose(page, 1, "o1")
    saved(page)
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() + timedelta(seconds=4))
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_url("**/receipt/", timeout=20_000)
    assert Receipt.objects.get().answered == 1


@pytest.mark.parametrize("status", [401, 403, 503, 200])
def test_what_the_server_does_not_take_is_kept_and_tried_again(status, sit):
    visitor, attempt = sit()
    page = visitor.page
    body = '{"code": "token", "message": "登录已失效"}' if status == 401 else "<html>"
    page.route("**/answers/", lambda route: route.fulfill(status=status, body=body))
    choose(page, 1, "o1")
    page.wait_for_timeout(1500)
    expect(page.locator("#k-wait")).to_have_text("其中未保存1")
    assert page.locator("[data-key=token]").count() == (status == 401)
    assert page.is_enabled('#q1 [value="o2"]')
    page.unroute("**/answers/")
    saved(page)
    assert answers(attempt) == {1: "o1"}
    expect(page.locator("[data-key=token]")).to_have_count(0)


def test_an_answer_of_the_server_lost_on_the_way(sit):
    visitor, attempt = sit()
    page, lost = visitor.page, []

    def lose(route):
        if len(lost) < 2:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/answers/", lose)
    choose(page, 1, "o1")
    page.wait_for_timeout(500)
    saved(page)
    assert lost == [200, 200]
    assert AnswerEvent.objects.count() == 1
    assert answers(attempt) == {1: "o1"}


def test_signing_out_asks_before_it_throws_answers_away(sit):
    visitor, _attempt = sit()
    page, asked = visitor.page, []
    page.route("**/answers/", lambda route: route.abort())
    choose(page, 1, "o1")
    page.wait_for_timeout(500)
    page.goto(f"{visitor.base}/me/")
    assert on_device(page) == [1, 0]
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.click("form[action$='/logout/'] button")
    page.wait_for_timeout(1500)
    assert len(asked) == 1
    assert on_device(page) == [1, 0]
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("form[action$='/logout/'] button")
    page.wait_for_url("**/login/**")
    assert page.evaluate("indexedDB.databases()") == []


def test_without_script_from_the_start_to_the_receipt(visit, place):
    attempt = place(kinds=ALL, each=2)
    visitor = visit(java_script_enabled=False)
    page = visitor.page
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.go(f"/exams/{attempt.candidate_id}/")
    page.click("#begin button")
    assert page.url.endswith("?page=1")
    page.locator("#q1 input").nth(1).check()
    visitor.shot("exam-plain")
    page.click("button:has-text('下一页') >> nth=0")
    assert page.url.endswith("?page=2")
    page.fill("textarea >> nth=0", "简述。\n两行")
    page.click("button:has-text('去交卷')")
    visitor.shot("exam-summary")
    page.click("button:has-text('确认交卷')")
    assert page.url.endswith("/receipt/")
    assert Receipt.objects.get(attempt=attempt).answered == 2
    visitor.shot("exam-plain-receipt")


def test_320_wide_nothing_sticks_out(visit, place):
    attempt = place(kinds=ALL, each=1)
    visitor = visit({"width": 320, "height": 640})
    page = visitor.page
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    for path in ("/exams/", f"/exams/{attempt.candidate_id}/", "/exams/receipts/"):
        visitor.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    begin(visitor, attempt)
    for _ in ALL:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.evaluate("document.getElementById('next').click()")
    page.click("#open-card")
    visitor.shot("exam-320")
