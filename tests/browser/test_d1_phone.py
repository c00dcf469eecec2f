"""D1: an officer on a phone with a weak signal. Five courses of films, a cut of seven minutes, and exact numbers.

The films have their true length; the server's clock and the player's position are moved together.
"""

import subprocess
from contextlib import nullcontext
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db.models import Sum
from django.utils import timezone
from imageio_ffmpeg import get_ffmpeg_exe

from courses.learning.models import WatchSpan
from exams.bank.types import of
from exams.sittings.models import Attempt, ClosingTest
from lms.ledger.models import Entry
from lms.ledger.record_file import REQUIRED
from lms.ledger.services.imports import import_records
from lms.sheets.export import write_csv
from tests import factory
from tests.courses.learning.films import make_film_course
from tests.exams.sittings.factory import make_exam, make_sitting

pytestmark = pytest.mark.django_db(transaction=True)
EVENING = datetime(2026, 10, 28, 19, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
BEFORE = [("ONLINE", "12.00", "4.8"), ("UNIT", "12.00", "4.8"), ("TEAM", "7.25", "2.9")]
MICRO = ["证据先行登记", "送达回证", "询问笔录"]
# Plays [from, to] as a browser would: events at their seconds, the film's own position replaced.
PLAY = """([from, to]) => {
  const film = document.getElementById("film");
  let at = from;
  Object.defineProperty(film, "currentTime", {configurable: true, get: () => at, set: () => {}});
  film.dispatchEvent(new Event("playing"));
  while (at < to) { at = Math.min(at + 5, to); film.dispatchEvent(new Event("timeupdate")); }
  film.dispatchEvent(new Event("pause"));
}"""


@cache
def make_film(seconds: int, folder: Path) -> bytes:
    """One frame a second, of the true length, a few kilobytes."""
    path = folder / f"{seconds}.mp4"
    source = f"color=c=0x12397c:s=64x36:r=1:d={seconds}"
    options = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source, *options, path], check=True)
    return path.read_bytes()


class Learner:
    def __init__(self, visitor, clock):
        self.visitor, self.page, self.clock = visitor, visitor.page, clock

    def open(self, version):
        self.visitor.go(f"/learn/{version.course_id}/1/")
        # The answer has to be taken by the page, not only to have arrived: what plays before it counts for nothing.
        self.page.wait_for_selector("#player[data-counting]", state="attached")

    def watch(self, begin, end, *, heard=True):
        """Minutes of the film, in as many minutes of the server's clock."""
        self.clock.shift(timedelta(minutes=end - begin))
        with self.page.expect_response("**/learn/spans/") if heard else nullcontext():
            self.page.evaluate(PLAY, [begin * 60, end * 60])

    def text(self, selector) -> str:
        return self.page.text_content(selector).strip()

    def wait_for(self, selector, text):
        self.page.wait_for_function(
            "([selector, text]) => document.querySelector(selector).textContent.includes(text)", arg=[selector, text]
        )


@pytest.fixture
def films(access, rules, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()

    def film(code, title, minutes):
        seconds = minutes * 60
        return make_film_course(code, title=title, seconds=(seconds,), content=make_film(seconds, folder))

    micro = [film(f"M{number}", title, 12) for number, title in enumerate(MICRO)]
    return [
        *micro,
        film("C26", "文书制作", 26),
        film("C45", "涉企检查：检查码与双随机", 45),
        film("S1", "当场处罚", 12),
    ]


@pytest.fixture
def learner(visit, officer, films):
    rows = [
        [f"K{number}", officer.staff_no, "2026-05-06", f"原学籍{layer}", layer, hours, credits]
        for number, (layer, hours, credits) in enumerate(BEFORE)
    ]
    assert import_records(write_csv(REQUIRED, rows), "学籍.csv", actor="测试").errors == []
    with time_machine.travel(EVENING, tick=False) as clock:
        visitor = visit()
        visitor.page.clock.install()
        visitor.sign_in("T-XH-0173", factory.PASSWORD)
        yield Learner(visitor, clock)


@pytest.fixture
def closing_test(films, city, monkeypatch):
    """Two questions that close the longest course. When it was handed in, this test's clock says."""
    monkeypatch.setattr("exams.sittings.services.submitting.database_now", timezone.now)
    exam = make_exam(city, kinds=("single",), kind="CLOSING", limit_minutes=None, attempts=2)
    make_sitting(exam, opens=-60 * 24 * 60, minutes=None)
    return ClosingTest.objects.create(course_id=films[4].course_id, exam=exam)


def sums(officer):
    return tuple(Entry.objects.filter(officer=officer).aggregate(h=Sum("hours"), c=Sum("credits")).values())


def test_an_evening_on_the_metro(closing_test, learner, officer, films):
    *micro, medium, long, skipped = films
    assert sums(officer) == (Decimal("31.25"), Decimal("12.5"))
    for version, minutes, hours in [*((one, 12, "0.25") for one in micro), (medium, 26, "0.50")]:
        learner.open(version)
        learner.watch(0, minutes)
        learner.wait_for("#finished", f"{hours}学时")
    watch_through_a_cut(learner, long)
    assert sums(officer) == (Decimal("33.50"), Decimal("13.4"))
    replay(learner, medium)
    learner.open(skipped)
    learner.watch(0, 10.8)
    learner.wait_for("#counted", "10分48秒")
    assert sums(officer) == (Decimal("33.50"), Decimal("13.4"))

    learner.visitor.go("/")
    today = learner.text("main")
    for words in (
        "26.50",
        "10.6",
        "差5.75学时",
        "差8.00学时",
        "差12.75学时",
        "已计10分48秒/12分00秒",
        "学完记0.25学时",
    ):
        assert words in today, words
    learner.visitor.shot("d1-4-today")
    pass_closing_test(learner, officer, long)
    assert sums(officer) == (Decimal("34.00"), Decimal("13.6"))
    learner.visitor.go("/")
    today = learner.text("main")
    for words in ("26.00", "10.4", "差5.25学时"):
        assert words in today, words
    learner.visitor.shot("d1-7-today")
    assert [line for line in learner.visitor.complaints if "ERR_INTERNET_DISCONNECTED" not in line] == []


def pass_closing_test(learner, officer, version):
    """From the course to the test that closes it, answered right, handed in; a second time is not offered."""
    page, visitor = learner.page, learner.visitor
    visitor.go(f"/learn/{version.course_id}/")
    page.click("text=参加测验")
    page.click("#begin button")
    page.wait_for_selector("#exam.is-ready", state="attached")
    attempt = Attempt.objects.get(candidate__officer=officer)
    for item in attempt.paper.items.order_by("slot"):
        page.locator(f'.q.now [value="{of(item.content).key(item.content)}"]').check()
        if page.locator("#next").is_enabled():
            page.click("#next")
    page.wait_for_selector("#k-wait:text-is('其中未保存0')", state="attached")
    visitor.shot("d1-5-test")
    page.click("#open-card")
    page.click("#hand-in")
    page.click("#ask [value=yes]")
    page.wait_for_url("**/receipt/")
    visitor.shot("d1-6-receipt")
    visitor.go(f"/learn/{version.course_id}/")
    assert "已通过" in learner.text("main")
    assert not page.locator("text=参加测验").count()


def watch_through_a_cut(learner, version):
    page, visitor = learner.page, learner.visitor
    learner.open(version)
    learner.watch(0, 15)
    learner.wait_for("#counted", "15分00秒")
    visitor.shot("d1-1-online")
    visitor.context.set_offline(True)
    learner.watch(15, 20, heard=False)
    page.clock.fast_forward("07:00")
    learner.watch(20, 22, heard=False)
    learner.wait_for("#k-waiting", "7分00秒")
    assert "网络断开7分钟" in learner.text("#offline")
    assert visitor.serious_faults() == []
    visitor.shot("d1-2-offline")
    with page.expect_response("**/learn/spans/"):
        visitor.context.set_offline(False)
    learner.wait_for("#counted", "22分00秒")
    assert page.is_hidden("#offline")
    learner.watch(22, 45)
    learner.wait_for("#finished", "1.00学时")
    visitor.shot("d1-3-complete")


def replay(learner, version):
    learner.visitor.go(f"/learn/{version.course_id}/1/")
    learner.clock.shift(timedelta(minutes=26))
    learner.page.evaluate(PLAY, [0, 26 * 60])


def test_the_same_spans_sent_three_times_add_once(learner, officer, films):
    learner.open(films[0])
    learner.clock.shift(timedelta(minutes=12))
    sent = []
    with learner.page.expect_request("**/learn/spans/") as found:
        learner.page.evaluate(PLAY, [0, 12 * 60])
    learner.wait_for("#finished", "0.25学时")
    token = learner.page.input_value("[name=csrfmiddlewaretoken]")
    for _ in range(2):
        answer = learner.page.request.post(
            f"{learner.visitor.base}/learn/spans/", data=found.value.post_data, headers={
                "Content-Type": "application/json", "X-CSRFToken": token, "Referer": learner.visitor.base,
            },
        )  # fmt: skip
        sent.append((answer.status, answer.json()["counted_seconds"]))
    assert sent == [(200, 720)] * 2
    assert sums(officer) == (Decimal("31.50"), Decimal("12.6"))
    assert WatchSpan.objects.count() == 1
