"""A paper read page by page, the offer to install, many decisions at once: seen, and usable."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.learning.models import LessonReading, WatchSpan
from tests import factory
from tests.browser.conftest import DESK, PHONE
from tests.courses.learning.films import Player, freeze, make_film_course
from tests.courses.shelf import make_course, make_courseware

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}
IPHONE = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
          " Version/18.0 Mobile/15E148 Safari/604.1")  # fmt: skip
SIZES = pytest.mark.parametrize(
    ("viewport", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (NARROW, "light")], ids=["390", "390-dark", "320"]
)


@pytest.fixture
def paper(access, rules):
    media = make_courseware("PDF", seconds=None, content=b"%PDF-1.7")
    media.pages = 12
    media.save(update_fields=["pages"])
    lesson = {"title": "行政检查文书制作要点与常见错误", "kind": "PDF", "seconds": 24, "media": media.pk, "questions": [],
              "html": "<p>对照案卷评查标准，逐页读完。</p>"}  # fmt: skip
    return freeze(make_course(title="行政检查文书制作"), [lesson])


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@SIZES
def test_a_paper_page_by_page(visit, officer, paper, viewport, scheme):
    visitor = visit(viewport, color_scheme=scheme, bypass_csp=True)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.go(f"/learn/{paper.course_id}/1/")
    page = visitor.page
    page.wait_for_selector("#page-left.is-ok")
    assert page.is_disabled("#finish")
    page.click("#turn")
    page.wait_for_selector("text=第2页，共12页")
    assert page.locator(".leaves .met").count() == 1
    assert (visitor.serious_faults(), fits(page)) == ([], True)
    visitor.shot(f"paper-{viewport['width']}-{scheme}")
    LessonReading.objects.update(pages=[2] * 12, opened_at=timezone.now() - timedelta(seconds=1))
    page.reload()
    page.click("#finish")
    page.wait_for_selector("text=已学完")
    visitor.go(f"/learn/{paper.course_id}/1/?page=3")
    visitor.shot(f"paper-read-{viewport['width']}-{scheme}")


@SIZES
def test_the_offer_to_install_is_quiet_and_takes_no(visit, officer, paper, viewport, scheme):
    phone = visit(viewport, color_scheme=scheme, user_agent=IPHONE, bypass_csp=True)
    other = visit(viewport, color_scheme=scheme, bypass_csp=True)
    for visitor, words in ((phone, "添加到主屏幕"), (other, "安装")):
        visitor.sign_in("T-XH-0173", factory.PASSWORD)
        visitor.go("/learn/")
        page = visitor.page
        if visitor is other:
            assert not page.is_visible("#install")
            page.evaluate("dispatchEvent(Object.assign(new Event('beforeinstallprompt'), {prompt: () => {}}))")
        assert words in page.inner_text("#install")
        assert (visitor.serious_faults(), fits(page)) == ([], True)
        visitor.shot(f"install-{words}-{viewport['width']}-{scheme}")
        page.click("#install-no")
        assert not page.is_visible("#install")
        page.reload()
        assert not page.is_visible("#install")


def test_no_offer_inside_another_app(visit, officer, paper):
    visitor = visit(user_agent=f"{IPHONE} MicroMessenger/8.0")
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.go("/learn/")
    assert not visitor.page.is_visible("#install")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_many_stretches_decided_at_once(visit, officer, districts, access, rules, viewport):
    player = Player(officer, make_film_course(seconds=(720,) * 4, title="涉企检查：检查码与双随机抽查的现场实施办法"))
    for position in (1, 2, 3):
        player.send((0, 720), position=position)
    factory.make_staff("DISTRICT_OFFICE", districts["XH"], "office", password=factory.PASSWORD)
    visitor = visit(viewport, bypass_csp=True)
    visitor.sign_in("office", factory.PASSWORD)
    visitor.go("/admin/watchspan/")
    visitor.page.click("text=批量核定")
    page = visitor.page
    page.wait_for_selector("#doubts")
    page.check("#all")
    page.locator("[name=span]").first.uncheck()
    page.fill("#id_reason", "已与本人核实，手机时间有误。")
    assert [fault for fault in visitor.serious_faults() if "sidebar" not in fault] == []
    visitor.shot(f"doubts-{viewport['width']}")
    page.click("button[value=release]")
    page.wait_for_selector("text=计入2段")
    visitor.shot(f"doubts-{viewport['width']}-done")
    assert WatchSpan.objects.quarantined().count() == 1
