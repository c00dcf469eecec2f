from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.learning.models import CourseAssignment, CourseProgress
from courses.learning.services.assignments import assign_to, open_assignments, people_of, progress_by_unit, remind
from lms.audit.models import AuditEvent
from lms.ledger.services.posting import Claim, post_entry
from lms.notices.models import Delivery
from lms.notices.services import notify
from lms.people.access import Role
from tests import factory
from tests.courses.shelf import make_course

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-22 10:00+08:00", tick=False):
        yield


@pytest.fixture
def course(access):
    return make_course()


@pytest.fixture
def assign(course, city):
    def make(unit=city, **fields):
        about = {"course": course, "title": course.title, "due_on": date(2026, 12, 31), "made_by": factory.make_user()}
        return CourseAssignment.objects.create(unit=unit, **about | fields)

    return make


def learn(officer, course, *, done=True, year=2026):
    now = timezone.now()
    version = course.versions.get()
    CourseProgress.objects.create(
        officer=officer, version=version, year=year, started_at=now, completed_at=now if done else None
    )


def of_city(city):
    return factory.make_staff(Role.CITY_OFFICE, city)


def test_whom_it_binds_is_found_when_it_is_read(assign, districts, city):
    task, office = assign(districts["PD"]), of_city(city)
    factory.make_officer(districts["XH-01"])
    assert not people_of(task, office)
    late = factory.make_officer(districts["PD-02"])
    assert list(people_of(task, office)) == [late]


@pytest.mark.parametrize(
    ("fields", "binds"),
    [
        ({"rank": "CHIEF_1"}, True),
        ({"rank": "CHIEF_2"}, False),
        ({"status": "SERVING"}, True),
        ({"status": "PROBATION"}, False),
        ({"entered_since": date(2026, 1, 1)}, True),
        ({"entered_since": date(2026, 6, 1)}, False),
    ],
)
def test_filters_agree_for_the_office_and_the_officer(assign, districts, city, fields, binds):
    officer = factory.make_officer(districts["PD-01"], rank="CHIEF_1", entered_on=date(2026, 3, 1))
    task = assign(**fields)
    assert people_of(task, of_city(city)).exists() == binds
    assert (open_assignments(officer, TODAY) == [task]) == binds


def test_whoever_has_left_owes_nothing(assign, districts, city):
    factory.make_officer(districts["PD-01"], status="RETIRED")
    assert not people_of(assign(), of_city(city))


def test_progress_by_unit(assign, course, districts, city):
    done, begun, _ = (factory.make_officer(districts["PD-01"]) for _ in range(3))
    learn(done, course)
    learn(begun, course, done=False)
    factory.make_officer(districts["XH-01"])
    rows = progress_by_unit(assign(), of_city(city))
    found = [(row["name"], row["done"], row["begun"], row["none"], row["people"]) for row in rows]
    assert found == [("PD", 1, 1, 1, 3), ("XH", 0, 0, 1, 1)]


def test_last_year_does_not_count(assign, course, districts, city):
    officer = factory.make_officer(districts["PD-01"])
    learn(officer, course, year=2025)
    assert people_of(assign(), of_city(city)).get().state == "NONE"


def test_a_module_is_done_by_the_ledger(assign, districts, city, rules):
    officer = factory.make_officer(districts["PD-01"])
    task = assign(course=None, module="XI_LAW")
    assert open_assignments(officer, TODAY) == [task]
    post_entry(officer, Claim("R05", "t:1", "专题", "ONLINE", timezone.now(), {"minutes": 45}, module="XI_LAW"))
    assert people_of(task, of_city(city)).get().state == "DONE"
    assert open_assignments(officer, TODAY) == []


def test_a_district_follows_its_own_people_in_the_task_of_the_city(assign, districts, client):
    ours, theirs = factory.make_officer(districts["PD-01"]), factory.make_officer(districts["XH-01"])
    task = assign()
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    page = client.get(reverse("courseassignment:inspect", args=[task.pk])).content.decode()
    assert ours.name in page
    assert theirs.name not in page
    end = client.post(reverse("courseassignment:end", args=[task.pk]))
    assert end.status_code in {302, 404}
    task.refresh_from_db()
    assert task.ended_at is None


def test_people_on_the_top_unit_itself_are_a_group_of_their_own(assign, districts, client):
    chief, _ = factory.make_officer(districts["PD"]), factory.make_officer(districts["PD-01"])
    task = assign()
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    page = client.get(reverse("courseassignment:inspect", args=[task.pk]), {"place": districts["PD"].path})
    assert [unit["people"] for unit in page.context["units"]] == [1, 1]
    assert list(page.context["page"]) == [chief]
    assert page.context["remindable"] == 1


def test_another_districts_task_is_not_there(assign, districts, client):
    task = assign(districts["XH"])
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    assert client.get(reverse("courseassignment:inspect", args=[task.pk])).status_code == 404
    assert client.get(reverse("learning_tasks:export", args=[task.pk])).status_code == 404
    assert client.post(reverse("learning_tasks:remind", args=[task.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.COURSE_EDITOR, Role.HR, Role.FINANCE])
def test_who_may_not_see_tasks(assign, city, client, role):
    task = assign()
    client.force_login(factory.make_staff(role, city))
    assert client.get(reverse("courseassignment:inspect", args=[task.pk])).status_code in {302, 403, 404}
    assert client.get(reverse("learning_tasks:export", args=[task.pk])).status_code in {302, 403}
    assert client.post(reverse("learning_tasks:remind", args=[task.pk])).status_code in {302, 403}
    assert not Delivery.objects.exists()


def test_reminding_tells_each_late_officer_once(assign, course, districts, client):
    done, late = (factory.make_officer(districts["PD-01"]) for _ in range(2))
    learn(done, course)
    task = assign()
    client.force_login(factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"]))
    url = reverse("learning_tasks:remind", args=[task.pk])
    notify([late.user], title="另一条消息")
    assert client.get(reverse("courseassignment:inspect", args=[task.pk])).context["remindable"] == 1
    client.post(url)
    client.post(url)
    assert [delivery.user for delivery in Delivery.objects.exclude(once_key="")] == [late.user]
    assert client.get(reverse("courseassignment:inspect", args=[task.pk])).context["remindable"] == 0


def test_a_task_taken_back_reminds_nobody(assign, districts, city):
    officer = factory.make_officer(districts["PD-01"])
    task = assign(ended_at=timezone.now())
    with pytest.raises(ValidationError) as refusal:
        remind(task, actor=of_city(city))
    assert refusal.value.code == "ended"
    assert open_assignments(officer, TODAY) == []


def test_the_file_holds_what_the_page_shows(assign, course, districts, city, client):
    done, late = (factory.make_officer(districts["PD-01"]) for _ in range(2))
    learn(done, course)
    client.force_login(of_city(city))
    answer = client.get(reverse("learning_tasks:export", args=[assign().pk]), {"state": "NONE"})
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].values)
    assert [row[1] for row in rows[1:]] == [late.staff_no]
    assert AuditEvent.objects.filter(action="learning.export_assignment").count() == 1


def test_assigning_through_the_form(course, districts, client):
    user = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    client.force_login(user)
    fields = {
        "course": course.pk,
        "module": "",
        "unit": districts["PD"].pk,
        "rank": "",
        "status": "",
        "entered_since": "",
    }
    url = reverse("courseassignment:add")
    assert client.post(url, fields | {"due_on": "2026-11-01"}).status_code == 200
    assert client.post(url, fields | {"due_on": "2026-12-01", "course": ""}).status_code == 200
    assert client.post(url, fields | {"due_on": "2026-12-01", "unit": districts["XH"].pk}).status_code == 200
    assert not CourseAssignment.objects.exists()
    assert client.post(url, fields | {"due_on": "2026-12-01"}).status_code == 302
    task = CourseAssignment.objects.get()
    assert (task.title, task.made_by) == (course.title, user)
    assert AuditEvent.objects.filter(action="learning.assign").count() == 1


@pytest.mark.parametrize(("days", "mark"), [(7, "chip due"), (8, "chip"), (-1, "chip bad")])
def test_today_shows_what_is_due(assign, officer, rules, client, days, mark):
    assign(due_on=TODAY + timedelta(days=days))
    client.force_login(officer.user)
    page = client.get(reverse("portal:today"))
    assert page.context["assigned"][0].days_left == days
    assert f'<span class="{mark}">' in page.content.decode()


def test_what_is_done_is_no_longer_shown(assign, course, officer):
    assign()
    learn(officer, course)
    assert open_assignments(officer, TODAY) == []


def test_any_number_of_people_costs_the_same(assign, districts, city, client):
    url = reverse("courseassignment:inspect", args=[assign().pk])
    client.force_login(of_city(city))
    factory.make_officer(districts["PD-01"])
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for _ in range(10):
        factory.make_officer(districts["PD-02"])
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) == len(few)


def named(course, city, officers, due_on=date(2027, 3, 31)) -> CourseAssignment:
    return assign_to(
        CourseAssignment(course=course, title="换证课程", unit=city, due_on=due_on), officers, actor="系统"
    )


def test_a_task_by_name_binds_those_it_names(course, districts, city):
    mine, other = (factory.make_officer(districts["XH-01"]) for _ in range(2))
    task = named(course, city, [mine])
    assert [one.pk for one in open_assignments(mine, TODAY)] == [task.pk]
    assert open_assignments(other, TODAY) == []
    assert set(people_of(task, of_city(city))) == {mine}
    assert named(course, city, [other]) == task
    assert set(people_of(task, of_city(city))) == {mine, other}
    assert named(course, city, [other], date(2027, 4, 30)) != task


def test_a_task_by_name_is_met_from_the_day_it_is_given(course, districts, city):
    """Due next year, learnt this year."""
    officer = factory.make_officer(districts["XH-01"])
    task = named(course, city, [officer])
    learn(officer, course, year=2025)
    assert [one.pk for one in open_assignments(officer, TODAY)] == [task.pk]
    learn(officer, course, year=2026)
    assert open_assignments(officer, TODAY) == []
    assert [one.state for one in people_of(task, of_city(city))] == ["DONE"]
