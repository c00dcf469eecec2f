"""Signing in on a phone, with a network and without; the roll on the head teacher's phone; the classroom's screen."""

from datetime import timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from courses.training.models import Attendance, ClassSession, LeaveRequest
from courses.training.services.attendance import Mark, put_all
from tests import factory
from tests.browser.conftest import DESK
from tests.courses.training.factory import make_class, make_enrollment, make_instructor, make_venue
from tests.courses.training.rolls import code_at, mark

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("access", "rules")]
PROJECTOR = {"width": 1920, "height": 1080}


@pytest.fixture
def session(districts, officer, settings):
    """Begun five minutes ago, of a class of twelve, officer T-XH-0173 one of them."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    unit, now = districts["XH"], timezone.now()
    head = factory.make_officer(
        districts["XH-02"], "T-XH-0012", name="测试员·徐汇·0012", password=factory.PASSWORD
    ).user
    row = make_class(
        unit, state="READY", title="区局全员普训第7期", head_teacher=head, starts_on=timezone.localdate(),
        ends_on=timezone.localdate() + timedelta(days=2),
    )  # fmt: skip
    begin = now - timedelta(minutes=5)
    found = ClassSession.objects.create(
        training_class=row, event_type="TRAINING", title="建筑垃圾全链条监管", venue=make_venue(unit, name="区局智慧教室（中级）"),
        instructor=make_instructor(unit, name="测试员·徐汇·0021"), during=DateTimeTZRange(begin, begin + timedelta(hours=3)),
    )  # fmt: skip
    for day in (1, 2):
        start = begin + timedelta(days=day)
        ClassSession.objects.create(
            training_class=row, event_type="TRAINING", title="执法文书制作：调查取证与案卷归档" if day == 1 else "涉企检查规范",
            during=DateTimeTZRange(start, start + timedelta(hours=3)),
        )  # fmt: skip
    make_enrollment(row, officer)
    for number in range(11):
        make_enrollment(
            row, factory.make_officer(districts["XH-01"], f"T-XH-02{number:02d}", name=f"测试员·徐汇·02{number:02d}")
        )
    return found


@pytest.fixture
def phone(visit, session):
    visitor = visit(bypass_csp=False)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    return visitor


def fresh_code(session) -> str:
    return code_at(session, timezone.now())


def my_mark(officer) -> Attendance:
    return Attendance.objects.get(enrollment__officer=officer)


def fits(visitor) -> bool:
    return not visitor.page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_link_of_the_screen_signs_in(phone, session, officer):
    phone.shot("sign-0-today")
    assert fits(phone)
    phone.page.click("text=签到 >> nth=0")
    phone.page.wait_for_selector("#typed")
    phone.shot("sign-1-page")
    phone.go(f"/classes/sign/{session.pk}/{fresh_code(session)}/")
    phone.page.wait_for_selector("text=签到成功")
    phone.shot("sign-2-done")
    assert (my_mark(officer).method, my_mark(officer).state) == ("CODE", "PRESENT")
    phone.go("/")
    assert phone.page.is_visible("text=签到 >> nth=0")
    phone.shot("sign-3-today-signed")
    assert phone.complaints == []


def test_a_wrong_code_is_refused_with_the_reason(phone, session, officer):
    phone.go(f"/classes/sign/{session.pk}/")
    phone.page.fill("#code", "abcd efgh")
    phone.page.click("#typed button")
    phone.page.wait_for_selector("#refused:not([hidden])")
    phone.shot("sign-4-refused")
    assert not Attendance.objects.exists()
    phone.page.fill("#code", fresh_code(session)[:8].lower())
    phone.page.click("#typed button")
    phone.page.wait_for_selector("text=签到成功")


def test_without_a_network_it_waits_and_is_sent(phone, session, officer):
    phone.page.wait_for_function(
        "() => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true)"
    )
    phone.page.reload()
    phone.page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.page.goto(f"{phone.base}/classes/sign/{session.pk}/{fresh_code(session)}/", wait_until="commit")
    phone.page.wait_for_selector("#waiting:not([hidden])")
    phone.shot("sign-5-waiting")
    assert not Attendance.objects.exists()
    phone.page.goto("about:blank")  # or this page would send it itself and lead on, in the middle of the next step
    phone.context.set_offline(False)
    # Any page sends it and leads on to what came of it, perhaps before it has loaded itself.
    phone.page.goto(f"{phone.base}/", wait_until="commit")
    phone.page.wait_for_selector("text=签到成功")
    assert my_mark(officer).method in ("CODE", "OFFLINE")


def test_typed_without_a_network_and_sent_when_it_is_back(phone, session, officer):
    phone.go(f"/classes/sign/{session.pk}/")
    phone.context.set_offline(True)
    phone.page.fill("#code", code_at(session, timezone.now() - timedelta(seconds=1)))
    phone.page.click("#typed button")
    phone.page.wait_for_selector("#waiting:not([hidden])")
    phone.page.evaluate("document.activeElement.blur()")
    phone.context.set_offline(False)
    phone.page.wait_for_selector("text=签到成功")
    assert Attendance.objects.count() == 1


def test_it_works_without_a_script(visit, session, officer):
    visitor = visit(java_script_enabled=False)
    visitor.sign_in("T-XH-0173", factory.PASSWORD)
    visitor.go(f"/classes/sign/{session.pk}/{fresh_code(session)}/")
    visitor.page.click("#typed button")
    assert my_mark(officer).method == "CODE"


def test_the_head_teacher_calls_the_roll(visit, session, officer):
    learners = list(session.training_class.enrollments.order_by("pk"))
    mark(session, learners[0], "PRESENT", "CODE", by=officer.user, signed_at=timezone.now())
    LeaveRequest.objects.create(enrollment=learners[3], during=session.during, reason="孩子发热，须送医院")
    head = visit(bypass_csp=True)
    head.sign_in("T-XH-0012", factory.PASSWORD)
    head.shot("roll-0-today")
    head.go(f"/classes/head/{session.training_class_id}/")
    head.shot("roll-1-class")
    faults = head.serious_faults()
    head.go("/classes/head/")
    head.shot("roll-2-classes")
    head.go(f"/classes/roll/{session.pk}/")
    assert fits(head)
    faults += head.serious_faults()
    with head.page.expect_response("**/tap/"):
        head.page.click(f"#who-{learners[1].pk} label:has-text('缺席')")
    head.page.wait_for_selector(f"#who-{learners[1].pk} .how:has-text('已保存')")
    head.shot("roll-3-roll")
    assert session.attendance.get(enrollment=learners[1]).state == "ABSENT"
    head.page.click("text=其余全到")
    assert session.attendance.filter(state="PRESENT").count() == 11
    head.go(f"/classes/roll/{session.pk}/correct/{learners[1].pk}/")
    head.shot("roll-4-correct")
    faults += head.serious_faults()
    assert faults == []
    assert head.complaints == []


def test_the_roll_works_without_a_script(visit, session):
    head = visit(java_script_enabled=False)
    head.sign_in("T-XH-0012", factory.PASSWORD)
    head.go(f"/classes/roll/{session.pk}/")
    first = session.training_class.enrollments.first()
    head.page.check(f"input[name='state-{first.pk}'][value='LATE']", force=True)
    head.page.click("text=保存 >> nth=-1")
    assert session.attendance.get().state == "LATE"


def test_what_a_learner_sees_of_his_attendance(phone, session, officer):
    enrollment = officer.enrollments.get()
    past = timezone.now() - timedelta(days=1)
    gone = ClassSession.objects.create(
        training_class=session.training_class, event_type="TRAINING", title="街面秩序巡查",
        during=DateTimeTZRange(past, past + timedelta(hours=3)),
    )  # fmt: skip
    put_all(gone, [(enrollment, Mark("ABSENT", "ROLL_CALL", enrollment.made_by, past))])
    for name, path in (("attendance", "attendance"), ("leave", "leave"), ("appeal", f"appeal/{gone.pk}")):
        phone.go(f"/classes/{session.training_class_id}/{path}/")
        phone.shot(f"sign-6-{name}")
        assert fits(phone)


def test_the_classroom_screen(visit, session, officer):
    desk = visit(DESK, bypass_csp=True)
    desk.sign_in("T-XH-0012", factory.PASSWORD)
    desk.go(f"/classes/screen/{session.pk}/")
    first = desk.page.text_content("#typed")
    learners = session.training_class.enrollments.all()
    for enrollment in learners[:7]:
        mark(session, enrollment, "PRESENT", "CODE", by=officer.user, signed_at=timezone.now())
    desk.page.wait_for_function("() => document.getElementById('present').textContent === '7'")
    assert desk.serious_faults() == []
    for name, size in (("desk", DESK), ("projector", PROJECTOR)):
        desk.page.set_viewport_size(size)
        desk.shot(f"screen-{name}")
        assert fits(desk)
        assert not desk.page.evaluate("document.documentElement.scrollHeight > innerHeight")
    desk.page.wait_for_function(f"() => document.getElementById('typed').textContent !== '{first}'", timeout=20_000)
    assert desk.complaints == []
    desk.context.set_offline(True)
    desk.page.wait_for_selector("#lost:not([hidden])", timeout=15_000)
    desk.shot("screen-lost")
    desk.context.set_offline(False)
    desk.page.wait_for_selector("#lost[hidden]", state="attached", timeout=15_000)
