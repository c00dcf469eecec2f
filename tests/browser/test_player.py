"""The player in a real browser: played for real, cut off, taken over, kept for the metro, questioned, doubted."""

import subprocess
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from imageio_ffmpeg import get_ffmpeg_exe

from courses.learning.models import CourseProgress, LearningLease, WatchSpan
from tests import factory
from tests.browser.conftest import DESK
from tests.courses.learning.films import Player, make_film_course

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
SECONDS = 8
QUESTION = {"at": 2, "stem": "先行登记保存证据，应当在几日内作出处理决定？", "options": ["五日", "七日", "十五日"], "answer": 1,
            "explain": "行政处罚法第五十六条。"}  # fmt: skip


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    source = f"testsrc=s=320x180:r=5:d={SECONDS}"
    options = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run([get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source, *options, path], check=True)
    return path.read_bytes()


@pytest.fixture
def film(access, rules, footage):
    return make_film_course(seconds=(SECONDS,), content=footage, title="涉企检查：检查码与双随机")


@pytest.fixture
def learner(visit, officer, film):
    """Signed in, on the lesson's page, with a lease."""
    yield from watching(visit(), film)


@pytest.fixture
def far(visit, officer, film, line):
    """The same over a line that can be cut."""
    visitor = visit()
    visitor.base = line.url
    yield from watching(visitor, film)


def watching(visitor, film):
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    open_film(visitor, film)
    yield visitor
    # What a page still says while it goes has to arrive before the tables are emptied.
    for page in visitor.context.pages:
        page.goto("about:blank")
    visitor.page.wait_for_timeout(500)


def open_film(visitor, version, page=None, position=1):
    page = page or visitor.page
    with page.expect_response("**/learn/lease/") as answer:
        page.goto(f"{visitor.base}/learn/{version.course_id}/{position}/")
    return answer.value.status


def play(page):
    page.evaluate("() => { const film = document.getElementById('film'); film.muted = true; return film.play(); }")


def test_played_to_the_end(learner, officer):
    play(learner.page)
    learner.page.wait_for_selector("#finished:not([hidden])", timeout=20_000)
    assert CourseProgress.objects.get().completed_at
    assert WatchSpan.objects.quarantined().count() == 0
    assert learner.page.text_content("#k-left") == "0分00秒"
    assert learner.complaints == []


def test_faster_than_the_rule_is_not_to_be_had(learner):
    page = learner.page
    page.evaluate("document.getElementById('film').playbackRate = 2")
    page.wait_for_function("() => document.getElementById('film').playbackRate === 1")


def test_a_hidden_page_pauses(learner):
    page = learner.page
    play(page)
    page.wait_for_function("() => document.getElementById('film').currentTime > 0.5")
    page.evaluate(
        "() => { Object.defineProperty(document, 'hidden', {get: () => true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    page.wait_for_function("() => document.getElementById('film').paused")


def test_what_was_watched_in_a_cut_outlives_the_page(far, film, line):
    page = far.page
    line.cut()
    far.context.set_offline(True)
    play(page)
    page.wait_for_function("() => document.getElementById('film').currentTime > 3")
    page.evaluate("document.getElementById('film').pause()")
    page.wait_for_selector("#offline:not([hidden])")
    page.wait_for_timeout(300)
    page.goto("about:blank")
    assert WatchSpan.objects.count() == 0
    line.mend()
    far.context.set_offline(False)
    with page.expect_response("**/learn/spans/"):
        open_film(far, film)
    page.wait_for_function("() => document.getElementById('k-counted').textContent >= '0分02秒'")
    assert WatchSpan.objects.quarantined().count() == 0


def test_a_second_tab_takes_over_and_the_first_stops(learner, film):
    second = learner.context.new_page()
    assert open_film(learner, film, second) == 409
    assert second.is_visible("#busy")
    learner.page.bring_to_front()
    play(learner.page)
    learner.page.wait_for_function("() => document.getElementById('film').currentTime > 1")
    with second.expect_response("**/learn/lease/"):
        second.click("#take")
    learner.page.evaluate("document.getElementById('film').pause()")
    learner.page.wait_for_selector("#busy:not([hidden])")
    assert learner.serious_faults() == []
    learner.shot("player-superseded")
    assert LearningLease.objects.filter(ended_at=None).count() == 1
    assert WatchSpan.objects.filter(state="COUNTED").count() == 1


def test_kept_for_the_metro(learner, film):
    page = learner.page
    keep(page)
    learner.context.set_offline(True)
    fetched = page.evaluate(
        "async () => { const answer = await fetch(document.getElementById('film').src, {headers: {Range: 'bytes=4-7'}});"
        " return [answer.status, await answer.text()]; }"
    )
    assert fetched == [206, "ftyp"]
    page.goto(learner.base + "/", wait_until="commit")
    page.wait_for_selector("text=网络断开")
    learner.shot("player-no-network")
    assert kept_paths(page) <= {f"/learn/{film.course_id}/1/", "/learn/offline/", "/classes/sign/offline/"}
    page.click("#kept a")
    page.wait_for_selector("#film")


def kept_paths(page) -> set[str]:
    """The pages in any cache; films and what pages are made of left out."""
    paths = page.evaluate(
        "async () => (await Promise.all((await caches.keys()).map(async (name) =>"
        " (await (await caches.open(name)).keys()).map((one) => new URL(one.url).pathname)))).flat()"
    )
    return {path for path in paths if not path.startswith(("/static/", "/learn/media/"))}


def kept_names(page) -> list[str]:
    return page.evaluate("async () => (await caches.keys()).filter((name) => name.startsWith('kept-'))")


def keep(page):
    page.wait_for_selector("#keep:not([hidden])")
    page.click("#keep button")
    page.wait_for_function("() => document.querySelector('#keep p').textContent.includes('已存在本机')")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_a_kept_lesson_opens_without_a_network_and_counts_later(learner, film):
    """In a new tab, as after the phone was off; what is watched counts under the lease of the last page on line."""
    keep(learner.page)
    learner.page.close()
    learner.context.set_offline(True)
    page = learner.page = learner.context.new_page()
    page.goto(f"{learner.base}/learn/{film.course_id}/1/")
    page.wait_for_selector("#offline:not([hidden])")
    play(page)
    page.wait_for_function("() => document.getElementById('film').currentTime > 3")
    page.evaluate("document.getElementById('film').pause()")
    page.wait_for_function("() => document.getElementById('k-waiting').textContent >= '0分02秒'")
    learner.shot("player-kept-offline")
    assert (LearningLease.objects.count(), WatchSpan.objects.count()) == (1, 0)
    with page.expect_response("**/learn/spans/"):
        learner.context.set_offline(False)
    page.wait_for_function("() => document.getElementById('k-counted').textContent >= '0分02秒'")
    assert (LearningLease.objects.count(), WatchSpan.objects.quarantined().count()) == (1, 0)


def test_another_course_on_line_since_then_does_not_count_alone(learner, film, footage):
    keep(learner.page)
    other = make_film_course("F02", seconds=(SECONDS,), content=footage)
    open_film(learner, other)
    learner.context.set_offline(True)
    learner.page.goto(f"{learner.base}/learn/{film.course_id}/1/")
    learner.page.wait_for_selector("#busy:not([hidden])")
    play(learner.page)
    learner.page.wait_for_function("() => document.getElementById('film').paused")
    learner.shot("player-kept-no-lease")
    learner.context.set_offline(False)


def unsent(page, officer) -> int:
    return page.evaluate(
        "owner => new Promise((resolve) => { const opened = indexedDB.open(`learning-${owner}`);"
        " opened.onsuccess = () => { const rows = opened.result.transaction('spans').objectStore('spans').count();"
        " rows.onsuccess = () => resolve(rows.result); }; })",
        officer.pk,
    )


def test_signing_out_erases_what_was_kept_and_no_unsent_time(learner, film, officer):
    page = learner.page
    keep(page)
    page.route("**/learn/spans/", lambda route: route.abort())
    play(page)
    page.wait_for_function("() => document.getElementById('film').currentTime > 2")
    page.evaluate("document.getElementById('film').pause()")
    page.wait_for_function("() => document.getElementById('k-waiting').textContent >= '0分01秒'")
    learner.go("/me/")
    assert kept_names(page) == [f"kept-{officer.user_id}"]
    page.click("text=退出登录")
    page.wait_for_url("**/accounts/login/**")
    assert (kept_names(page), unsent(page, officer)) == ([], 1)
    page.unroute("**/learn/spans/")
    learner.sign_in("T-XH-0173", factory.PASSWORD)
    with page.expect_response("**/learn/spans/"):
        open_film(learner, film)
    page.wait_for_function("() => document.getElementById('k-counted').textContent >= '0分01秒'")


def test_somebody_else_signing_in_erases_what_was_kept(learner, officer, districts):
    """His session ended elsewhere, and the phone was handed on."""
    keep(learner.page)
    learner.context.clear_cookies()
    learner.go("/accounts/login/")
    assert kept_names(learner.page) == [f"kept-{officer.user_id}"], (
        "a session that ran out takes nothing from the metro"
    )
    other = factory.make_officer(districts["PD-01"])
    other.user.set_password(factory.PASSWORD)
    other.user.save()
    learner.sign_in(other.user.username, factory.PASSWORD)
    learner.page.wait_for_function("async () => !(await caches.keys()).some((name) => name.startsWith('kept-'))")


def test_a_question_halts_the_film_until_it_is_answered(visit, officer, access, rules, footage):
    film = make_film_course(seconds=(SECONDS,), content=footage, questions=[QUESTION])
    visitor = visit()
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    open_film(visitor, film)
    page = visitor.page
    play(page)
    page.wait_for_selector(".question:not([hidden])")
    assert page.evaluate("document.getElementById('film').paused")
    assert visitor.serious_faults() == []
    visitor.shot("player-question")
    for option, words in (("五日", "答错了"), ("七日", "答对了")):
        page.click(f"text={option}")
        page.click(".question button")
        page.wait_for_function(
            "words => document.querySelector('.question .note').textContent.includes(words)", arg=words
        )
    visitor.shot("player-answered")
    play(page)
    page.wait_for_selector("#finished:not([hidden])", timeout=20_000)
    assert CourseProgress.objects.get().answers.count() == 2
    assert visitor.complaints == []


@pytest.mark.parametrize("viewport", [{"width": 390, "height": 844}, NARROW], ids=["390", "320"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.usefixtures("access", "rules")
def test_doubt_is_said_and_fits(visit, officer, footage, viewport, scheme):
    film = make_film_course(seconds=(2700, 600), content=footage, title="涉企检查：检查码与双随机抽查的现场实施办法")
    with time_machine.travel(MORNING, tick=False) as clock:
        player = Player(officer, film)
        clock.shift(timedelta(minutes=12, seconds=40))
        player.send((0, 1500))
    visitor = visit(viewport, color_scheme=scheme, bypass_csp=True)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    for name, path in (("doubt", f"{film.course_id}/1/"), ("course", f"{film.course_id}/"), ("learn", "")):
        visitor.go(f"/learn/{path}")
        visitor.page.wait_for_timeout(300)
        assert visitor.serious_faults() == [], name
        assert not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth"), name
        visitor.shot(f"player-{name}-{viewport['width']}-{scheme}")
    assert "12分40秒" in visitor.page.text_content("main")


def test_the_office_decides(visit, officer, districts, film):
    with time_machine.travel(MORNING, tick=False):
        Player(officer, film).send((0, SECONDS))
    factory.make_staff("DISTRICT_OFFICE", districts["XH"], "office", password=factory.PASSWORD)
    visitor = visit(DESK, bypass_csp=True)
    visitor.sign_in("office", factory.PASSWORD)
    visitor.go("/admin/watchspan/")
    assert [fault for fault in visitor.serious_faults() if "sidebar" not in fault] == []
    visitor.shot("review-1-list")
    span = WatchSpan.objects.get()
    visitor.go(f"/admin/watchspan/release/{span.pk}/")
    visitor.shot("review-2-release")
    visitor.page.fill("textarea", "已与本人核实，手机时间有误。")
    visitor.page.click("main button[type=submit]")
    visitor.page.wait_for_load_state()
    visitor.shot("review-3-done")
    visitor.go(f"/admin/watchspan/inspect/{span.pk}/")
    visitor.shot("review-4-inspect")
    span.refresh_from_db()
    assert (span.state, CourseProgress.objects.get().completed_at) == ("RELEASED", span.received_at)
