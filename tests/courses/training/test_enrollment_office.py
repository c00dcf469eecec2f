"""The office's page of a class's learners, and filling classes by filter."""

from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from courses.training.models import Enrollment, PlanItem, TrainingDuty, TrainingPlan
from courses.training.services.assigning import deal
from lms.jobs.models import Job
from lms.jobs.running import run_job
from lms.people.access import Role
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment, make_session

pytestmark = pytest.mark.django_db
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def february(access, rules):
    with time_machine.travel(FEBRUARY, tick=True):
        yield


@pytest.fixture
def enter(client):
    def enter(unit, role=Role.DISTRICT_OFFICE):
        user = factory.make_staff(role, unit)
        client.force_login(user)
        return user

    return enter


def url(name, training_class) -> str:
    return reverse(f"training_enrollment:{name}", args=[training_class.pk])


def names(page) -> set:
    return {row.pk for row in page.context["page"]}


def decide(client, training_class, act, *rows, reason="") -> int:
    body = {"act": act, "row": [row.pk for row in rows], "reason": reason}
    return client.post(url("decide", training_class), body).status_code


def states(training_class) -> list[str]:
    return list(training_class.enrollments.order_by("pk").values_list("state", flat=True))


def make_item(unit) -> PlanItem:
    plan = TrainingPlan.objects.create(unit=unit, year=2026, title="计划", made_by=factory.make_user())
    return PlanItem.objects.create(plan=plan, number=1, title="项目", audience="全员", seats=40, days=5)


def test_approve_reject_and_take_out_in_bulk(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"], capacity=1)
    rows = [make_enrollment(training_class, state="PENDING") for _ in range(3)]
    assert decide(client, training_class, "approve", *rows[:2]) == 302
    assert decide(client, training_class, "reject", rows[2]) == 302
    assert states(training_class) == ["CONFIRMED", "WAITLISTED", "PENDING"]
    decide(client, training_class, "reject", rows[2], reason="不在对象范围")
    decide(client, training_class, "withdraw", rows[0], reason="借调")
    run_job(Job.objects.get(kind="training.promote").pk)
    assert states(training_class) == ["WITHDRAWN", "CONFIRMED", "REJECTED"]


def test_another_district_is_404_everywhere(client, enter, districts):
    enter(districts["XH"])
    training_class = make_class(districts["PD"])
    row = make_enrollment(training_class, state="PENDING")
    for name in ("learners", "assign", "export", "guests"):
        assert client.get(url(name, training_class)).status_code == 404, name
    assert decide(client, training_class, "approve", row) == 404
    assert client.post(url("add", training_class), {"staff_numbers": row.officer.staff_no}).status_code == 404
    assert states(training_class) == ["PENDING"]


def test_without_the_right_403(client, enter, districts):
    enter(districts["PD"], Role.AUDITOR)
    training_class = make_class(districts["PD"])
    row = make_enrollment(training_class, state="PENDING")
    assert client.get(url("learners", training_class)).status_code == 200
    assert client.get(url("assign", training_class)).status_code == 403
    assert decide(client, training_class, "approve", row) == 403
    enter(districts["PD"], Role.FINANCE)
    assert client.get(url("learners", training_class)).status_code == 403


def test_a_district_nominates_for_a_class_of_the_city(client, enter, districts, city):
    training_class = make_class(city, capacity=10)
    for code in ("PD", "XH"):
        training_class.quotas.create(unit=districts[code], seats=1)
    theirs = make_enrollment(training_class, factory.make_officer(districts["XH-01"]), state="PENDING")
    own = [factory.make_officer(districts["PD-01"]) for _ in range(2)]
    enter(districts["PD"])
    numbers = " ".join(officer.staff_no for officer in own)
    client.post(url("add", training_class), {"staff_numbers": numbers})
    client.post(url("add", training_class), {"staff_numbers": theirs.officer.staff_no})
    mine = training_class.enrollments.get(officer__in=own)
    assert (mine.state, mine.source) == ("PENDING", "NOMINATED")
    page = client.get(url("learners", training_class))
    assert names(page) == {mine.pk}
    assert page.context["total"] == 1
    assert decide(client, training_class, "approve", mine) == 403
    assert decide(client, training_class, "withdraw", theirs, reason="x") == 404
    assert decide(client, training_class, "withdraw", mine, reason="换人") == 302
    assert states(training_class) == ["PENDING", "WITHDRAWN"]


def test_organisers_of_a_joint_class_see_all_and_decide_on_their_own(client, enter, districts):
    training_class = make_class(districts["PD"], capacity=4)
    training_class.quotas.create(unit=districts["XH"], seats=2, is_organiser=True)
    ours = make_enrollment(training_class, factory.make_officer(districts["XH-01"]), state="PENDING")
    theirs = make_enrollment(training_class, factory.make_officer(districts["PD-01"]), state="PENDING")
    enter(districts["XH"])
    page = client.get(url("learners", training_class)).context["page"]
    assert {row.pk: row.is_ours for row in page} == {ours.pk: True, theirs.pk: False}
    assert decide(client, training_class, "approve", ours) == 302
    assert decide(client, training_class, "approve", theirs) == 404
    enter(districts["PD"])
    assert names(client.get(url("learners", training_class))) == {ours.pk, theirs.pk}


def test_what_the_page_shows_the_file_holds(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"])
    make_enrollment(training_class, factory.make_officer(districts["PD-01"], name="张三丰"))
    make_enrollment(training_class, state="WAITLISTED", warnings=["DUTY_SHIFT"])
    for query, count in (("", 2), ("state=WAITLISTED", 1), ("q=张三丰", 1), ("clash=1", 1), ("q=没有", 0)):
        page = client.get(f"{url('learners', training_class)}?{query}")
        assert page.context["page"].paginator.count == count
        sheet = load_workbook(BytesIO(client.get(f"{url('export', training_class)}?{query}").content)).worksheets[0]
        assert sheet.max_row == count + 1


def test_eleven_learners_cost_what_one_does(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"])

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(url("learners", training_class))
        return len(queries)

    make_enrollment(training_class, state="WAITLISTED")
    cost()
    few = cost()
    for _ in range(10):
        make_enrollment(training_class, state="WAITLISTED")
    assert cost() == few < 40


# --- by filter ------------------------------------------------------------------------------
def confirm(client, training_class, **extra):
    page = client.get(url("assign", training_class), extra)
    body = {"fingerprint": page.context["deal"].fingerprint, **extra}
    return client.post(url("assign", training_class), body)


def test_shares_of_several_classes():
    assert [len(one) for one in deal(range(359), {1: 90, 2: 90, 3: 90, 4: 90}).values()] == [90, 90, 90, 89]
    assert [len(one) for one in deal(range(10), {1: 1, 2: 8, 3: 8}).values()] == [1, 5, 4]
    assert [len(one) for one in deal(range(10), {1: 1, 2: 2}).values()] == [5, 5]
    assert deal("abcd", {1: 9, 2: 9}) == {1: ["a", "c"], 2: ["b", "d"]}


def test_by_filter_shown_then_carried_out(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"], capacity=2)
    probation = [factory.make_officer(districts["PD-01"], status="PROBATION") for _ in range(3)]
    factory.make_officer(districts["PD-01"])
    factory.make_officer(districts["XH-01"], status="PROBATION")
    page = client.get(url("assign", training_class), {"status": "PROBATION"})
    assert (page.context["deal"].people, page.context["deal"].over) == (3, 1)
    assert not training_class.enrollments.exists()
    assert confirm(client, training_class, status="PROBATION").status_code == 302
    assert states(training_class) == ["CONFIRMED", "CONFIRMED", "WAITLISTED"]
    assert set(training_class.enrollments.values_list("officer", flat=True)) == {one.pk for one in probation}


def test_what_changed_since_the_preview_is_shown_again(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"])
    factory.make_officer(districts["PD-01"])
    page = client.get(url("assign", training_class), {"fresh": "on"})
    factory.make_officer(districts["PD-01"])
    body = {"fresh": "on", "fingerprint": page.context["deal"].fingerprint}
    answer = client.post(url("assign", training_class), body)
    assert (answer.status_code, answer.context["deal"].people) == (409, 2)
    assert not training_class.enrollments.exists()


def test_rotation_leaves_out_who_came_this_year(client, enter, districts):
    enter(districts["PD"])
    came, failed_to_come, new = (factory.make_officer(districts["PD-01"]) for _ in range(3))
    earlier = make_class(districts["PD"], starts_on=date(2026, 1, 12))
    make_enrollment(earlier, came, state="PASSED")
    make_enrollment(earlier, failed_to_come, state="WITHDRAWN")
    last_year = make_class(districts["PD"], starts_on=date(2025, 11, 3))
    make_enrollment(last_year, new, state="PASSED")
    training_class = make_class(districts["PD"])
    found = client.get(url("assign", training_class), {"fresh": "on"}).context["deal"]
    assert {one.pk for one in found.shares[0].people} == {failed_to_come.pk, new.pk}
    assert client.get(url("assign", training_class), {"unit": districts["PD"].pk}).context["deal"].people == 3


def test_no_more_than_wanted_longest_ago_first_and_from_all_units(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"])
    recent, *others = [factory.make_officer(districts["PD-01"]) for _ in range(4)]
    beside = factory.make_officer(districts["PD-02"])
    make_enrollment(make_class(districts["PD"], starts_on=date(2025, 11, 3)), recent, state="PASSED")

    def found(most) -> list:
        page = client.get(url("assign", training_class), {"fresh": "on", "most": most})
        return page.context["deal"].shares[0].people

    assert found(2) == [others[0], beside]
    assert recent not in found(4)
    assert recent in found(5)


def test_clashing_people_stay_out_unless_there_is_a_reason(client, enter, districts):
    enter(districts["PD"])
    officer = factory.make_officer(districts["PD-01"])
    other, training_class = make_class(districts["PD"], kind="PROMOTION"), make_class(districts["PD"])
    make_session(other)
    make_session(training_class)
    make_enrollment(other, officer)
    assert client.get(url("assign", training_class)).context["deal"].clashing == 1
    confirm(client, training_class, fresh="on")
    assert not training_class.enrollments.exists()
    confirm(client, training_class, fresh="on", reason="另一班已准假")
    assert training_class.enrollments.get().warnings == ["OTHER_CLASS"]


def test_many_over_several_classes_are_a_job_that_may_run_twice(client, enter, districts):
    enter(districts["PD"])
    item = make_item(districts["PD"])
    classes = [make_class(districts["PD"], plan_item=item, capacity=30) for _ in range(2)]
    for number in range(62):
        factory.make_officer(districts[f"PD-0{number % 2 + 1}"])
    answer = confirm(client, classes[0], fresh="on", classes=classes[1].pk)
    job = Job.objects.get(kind="training.assign")
    assert answer.url == job.page
    run_job(job.pk)
    assert [states(one).count("CONFIRMED") for one in classes] == [30, 30]
    assert [states(one).count("WAITLISTED") for one in classes] == [1, 1]
    Job.objects.filter(pk=job.pk).update(state="QUEUED")
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.held) == ("DONE", 62, 0)
    assert Enrollment.objects.count() == 62


def test_those_who_owe_a_class_of_the_kind_come_first(client, enter, districts):
    enter(districts["PD"])
    training_class = make_class(districts["PD"], kind="NEW_ENTRANT")
    owing = factory.make_officer(districts["PD-01"])
    factory.make_officer(districts["PD-01"])
    TrainingDuty.objects.create(
        officer=owing, kind="NEW_ENTRANT", posting=owing.postings.get(), arisen_on=date(2026, 1, 5)
    )
    assert [one.pk for one in client.get(url("assign", training_class)).context["deal"].shares[0].people] == [owing.pk]
    confirm(client, training_class, owes="on", fresh="on")
    assert training_class.enrollments.get().officer == owing


# --- classes of others ----------------------------------------------------------------------
def test_what_a_unit_may_nominate_for(client, enter, districts, city):
    shared, given = make_class(city), make_class(city, capacity=5)
    given.quotas.create(unit=districts["PD-01"], seats=5)
    others = make_class(city, capacity=5)
    others.quotas.create(unit=districts["XH"], seats=5)
    make_class(districts["PD"])
    make_class(districts["XH"])
    make_class(city, state="READY")
    make_enrollment(given, factory.make_officer(districts["PD-01"]), state="PENDING")
    make_enrollment(shared, factory.make_officer(districts["XH-01"]), state="PENDING")
    enter(districts["PD"])
    address = reverse("training_enrollment:offered")
    page = client.get(address).context["page"]
    assert {row.pk: row.named for row in page} == {shared.pk: 0, given.pk: 1}
    assert client.get(url("learners", others)).status_code == 404
    assert not client.get(address, {"q": "没有这个班"}).context["page"].object_list
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for _ in range(10):
        make_class(city)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few)
    enter(districts["PD"], Role.AUDITOR)
    assert client.get(address).status_code == 403
