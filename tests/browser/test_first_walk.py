"""An officer on a phone: signs in, reads one course to the end, sees the hours arrive and the gap shrink."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from lms.ledger.models import Entry
from tests import factory
from tests.courses.shelf import make_course

pytestmark = pytest.mark.django_db(transaction=True)
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_walk(visit, access, rules, officer):
    make_course(minutes=(15, 15, 15), body="<p>违法行为轻微并及时改正，没有造成危害后果的，不予行政处罚。</p>")
    with time_machine.travel(MORNING, tick=False) as clock:
        visitor = visit()
        visitor.sign_in("T-XH-0173", factory.PASSWORD)
        page = visitor.page
        assert "60.00" in page.text_content(".hero .big")
        visitor.shot("walk-1-today")

        page.click(".tabs >> text=学")
        page.fill("input[name=q]", "处罚")
        page.click("form[role=search] button")
        visitor.shot("walk-2-found")
        page.click("text=行政处罚法要点")
        visitor.shot("walk-3-course")
        page.click("text=开始学习")
        for number in range(3):
            if number == 0:
                visitor.shot("walk-4-lesson")
                assert page.is_disabled("#finish")
            clock.shift(timedelta(minutes=15))
            page.reload()
            page.click("#finish")
            page.wait_for_load_state()
        visitor.shot("walk-5-done")

        page.click("text=看台账")
        page.click("details.why summary")
        assert "+1.00" in page.text_content(".ent .amt")
        visitor.shot("walk-6-ledger")
        page.click(".tabs >> text=今日")
        assert "59.00" in page.text_content(".hero .big")
        visitor.shot("walk-7-today")
        page.click(".tabs >> text=我")
        visitor.shot("walk-8-me")
    assert Entry.objects.get().evidence == "learning.courseprogress:" + str(officer.course_progress.get().pk)
    assert visitor.complaints == []
