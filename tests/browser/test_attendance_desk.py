"""The office's lists of attendance, and a class at a glance."""

from datetime import timedelta

import pytest

from courses.training.services.attendance import Mark, put_all
from tests import factory
from tests.browser.conftest import DESK
from tests.browser.test_jobs_and_notices import faults
from tests.courses.training.factory import MONDAY, make_class, make_enrollment, make_session
from tests.courses.training.rolls import make_appeal, make_correction, make_leave, make_proposal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("access", "rules")]
LISTS = ("attendance", "attendancecorrection", "leaverequest", "dismissalproposal", "appeal")


@pytest.fixture
def desk(visit, districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    factory.make_staff("DISTRICT_OFFICE", districts["XH"], "OFFICE", name="徐汇培训科", password=factory.PASSWORD)
    visitor = visit(DESK, bypass_csp=True)
    visitor.sign_in("OFFICE", factory.PASSWORD)
    return visitor


@pytest.fixture
def training_class(districts):
    row = make_class(
        districts["XH"], state="READY", title="区局全员普训第7期", head_teacher=factory.make_user(name="班主任甲")
    )
    for day in range(4):
        for begin, end in (("08:30", "12:00"), ("13:30", "17:00")):
            make_session(row, MONDAY + timedelta(days=day), begin, end)
    for number in range(18):
        learner = make_enrollment(row, factory.make_officer(districts["XH-01"], name=f"测试员·徐汇·{number:04d}"))
        for at, session in enumerate(row.sessions.all()[:6]):
            state = "PRESENT" if (number + at) % 5 else ("LATE", "ABSENT", "LEAVE")[number % 3]
            put_all(session, [(learner, Mark(state, "ROLL_CALL", row.head_teacher, session.during.lower))])
    return row


def test_lists_and_the_class_at_a_glance(desk, districts, training_class):
    row = make_correction(districts["XH"])
    make_leave(districts["XH"])
    appeal = make_appeal(districts["XH"])
    proposal = make_proposal(districts["XH"])
    for name in LISTS:
        desk.go(f"/admin/{name}/")
        desk.shot(f"attendance-{name}")
    for name, path in {
        "apply": f"attendancecorrection/apply/{row.pk}/",
        "appeal-grant": f"appeal/grant/{appeal.pk}/",
        "dismiss": f"dismissalproposal/dismiss/{proposal.pk}/",
        "matrix": f"training/attendance/{training_class.pk}/",
    }.items():
        desk.go(f"/admin/{path}")
        desk.shot(f"attendance-{name}")
    assert faults(desk) == []
    desk.page.fill("#q", "0007")
    desk.page.press("#q", "Enter")
    desk.page.wait_for_selector("text=1人，8次课")
    assert desk.page.locator(".matrix tbody tr").count() == 1
    assert desk.complaints == []
