"""班 on the phone, without a script."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.training.models import ClassMaterial, ClassSession
from tests import factory
from tests.courses.shelf import make_courseware
from tests.courses.training.factory import make_class, make_enrollment, make_session, make_venue

pytestmark = pytest.mark.django_db
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def february(rules):
    with time_machine.travel(FEBRUARY, tick=True):
        yield


@pytest.fixture
def phone(client, officer):
    client.force_login(officer.user)
    return client


@pytest.fixture
def team(districts):
    return districts["XH-01"]


def open_class(team, **fields):
    return make_class(team, **{"is_self_enrolled": True, **fields})


def url(name, training_class):
    return reverse(f"training:{name}", args=[training_class.pk])


def mine(training_class, officer):
    return training_class.enrollments.get(officer=officer)


def test_sign_up_wait_and_leave(phone, officer, team):
    training_class = open_class(team, capacity=1)
    page = phone.get(reverse("training:mine"))
    assert [one.pk for one in page.context["open"]] == [training_class.pk]
    phone.post(url("enroll", training_class))
    assert mine(training_class, officer).state == "CONFIRMED"
    page = phone.get(reverse("training:mine"))
    assert ([one.training_class for one in page.context["coming"]], list(page.context["open"])) == (
        [training_class], [],
    )  # fmt: skip
    assert phone.get(url("class", training_class)).context["can_withdraw"]
    phone.post(url("withdraw", training_class))
    assert mine(training_class, officer).state == "WITHDRAWN"
    make_enrollment(training_class)
    assert phone.get(url("class", training_class)).context["left"] == 0
    phone.post(url("enroll", training_class))
    assert phone.get(url("class", training_class)).context["queue_place"] == 1


def test_a_closed_class_says_why(phone, team):
    training_class = open_class(team, enroll_until=FEBRUARY - timedelta(hours=1))
    page = phone.get(url("class", training_class))
    assert page.context["refusal"]
    phone.post(url("enroll", training_class))
    assert not training_class.enrollments.exists()


def test_what_is_not_for_ones_unit_is_not_there(phone, districts, city):
    others = open_class(districts["PD"])
    given = open_class(city, capacity=1)
    given.quotas.create(unit=districts["PD"], seats=1)
    draft = open_class(districts["XH"], state="DRAFT")
    for training_class in (others, given, draft):
        assert phone.get(url("class", training_class)).status_code == 404
        assert phone.post(url("enroll", training_class)).status_code == 404
        assert phone.post(url("withdraw", training_class)).status_code == 404
    shared = open_class(city, capacity=2)
    shared.quotas.create(unit=districts["PD"], seats=1)
    assert [one.pk for one in phone.get(reverse("training:mine")).context["open"]] == [shared.pk]


def test_somebody_elses_place_is_not_mine(phone, team):
    training_class = open_class(team)
    row = make_enrollment(training_class)
    assert phone.post(url("withdraw", training_class)).status_code == 404
    row.refresh_from_db()
    assert row.state == "CONFIRMED"


def test_who_is_no_officer(client, city):
    client.force_login(factory.make_user())
    assert client.get(reverse("training:mine")).status_code == 200
    assert client.get(url("class", open_class(city))).status_code == 403


@pytest.mark.parametrize("state", ["PENDING", "WAITLISTED", "CONFIRMED", "REJECTED", "PASSED", "FAILED", "DISMISSED"])
@pytest.mark.parametrize("class_state", ["ENROLLING", "READY", "CANCELLED"])
def test_every_state_has_its_page(phone, officer, team, state, class_state):
    training_class = make_class(team, state=class_state)
    make_session(training_class, venue=make_venue(team))
    make_enrollment(training_class, officer, state=state, warnings=["DUTY_SHIFT"])
    assert phone.get(url("class", training_class)).status_code == 200
    assert phone.get(reverse("training:mine")).status_code == 200


def test_materials_are_for_learners(phone, officer, team):
    training_class = open_class(team)
    material = ClassMaterial.objects.create(training_class=training_class, courseware=make_courseware())
    address = reverse("training:material", args=[training_class.pk, material.pk])
    assert phone.get(address).status_code == 404
    make_enrollment(training_class, officer)
    assert phone.get(address).status_code == 200
    other = open_class(team)
    make_enrollment(other, officer)
    assert phone.get(reverse("training:material", args=[other.pk, material.pk])).status_code == 404


def test_eleven_classes_cost_what_one_does(phone, officer, team):
    def add(count):
        for _ in range(count):
            for kind in (open_class(team), make_class(team, starts_on=date(2026, 1, 5)), make_class(team)):
                make_session(kind)
                if kind.is_self_enrolled is False:
                    make_enrollment(kind, officer)

    def cost(address):
        with CaptureQueriesContext(connection) as queries:
            assert phone.get(address).status_code == 200
        return len(queries)

    add(1)
    cost(reverse("training:mine"))
    few = cost(reverse("training:mine"))
    add(10)
    assert cost(reverse("training:mine")) == few < 20
    training_class = make_class(team)
    make_enrollment(training_class, officer)
    make_session(training_class)
    cost(url("class", training_class))
    few = cost(url("class", training_class))
    for day in range(3, 13):
        make_session(training_class, date(2026, 3, day), venue=make_venue(team))
    assert cost(url("class", training_class)) == few < 25


# --- the calendar ---------------------------------------------------------------------------
@pytest.fixture
def feed(phone, officer, team):
    """A class with one session, and the address its learner is shown."""
    training_class = make_class(team)
    session = make_session(training_class, title="法制，基础;第1讲", venue=make_venue(team, name="一号教室"))
    make_enrollment(training_class, officer)
    address = phone.get(url("class", training_class)).context["calendar_url"]
    return training_class, session, address


def events(content: bytes) -> list[dict]:
    text = content.decode().replace("\r\n ", "")
    parts = text.split("BEGIN:VEVENT\r\n")[1:]
    return [dict(line.split(":", 1) for line in part.split("END:VEVENT")[0].splitlines()) for part in parts]


def test_a_calendar_reads_its_owners_sessions_and_no_others(feed, team):
    _, session, address = feed
    make_session(make_class(team))
    answer = Client().get(address)
    (event,) = events(answer.content)
    assert answer["Content-Type"].startswith("text/calendar")
    assert (event["DTSTART"], event["DTEND"]) == ("20260302T003000Z", "20260302T040000Z")
    assert event["UID"] == f"class-session-{session.pk}@chengguan-xuetang"
    assert event["SUMMARY"].startswith("法制，基础\\;第1讲")
    assert (event["SEQUENCE"], event["STATUS"], event["LOCATION"]) == ("0", "CONFIRMED", "一号教室")
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75


def test_changes_have_a_higher_number_and_cancelled_ones_stay(feed):
    training_class, session, address = feed
    ClassSession.objects.filter(pk=session.pk).update(title="另一讲")
    session.save(update_fields=["quantity"])
    (event,) = events(Client().get(address).content)
    assert (event["SEQUENCE"], event["UID"][:14]) == ("1", "class-session-")
    session.refresh_from_db()
    session.is_cancelled = True
    session.save()
    assert events(Client().get(address).content)[0]["STATUS"] == "CANCELLED"
    training_class.state = "CANCELLED"
    training_class.save()
    assert events(Client().get(address).content)[0]["SEQUENCE"] == "3"


def test_only_the_right_address_is_answered(feed, phone, officer):
    _, _, address = feed
    for other in (f"{address}x", address.split("?")[0], reverse("training:calendar", query={"key": "0" * 32})):
        assert Client().get(other).status_code == 404
    phone.post(reverse("training:calendar_renew"))
    assert Client().get(address).status_code == 404
    training_class, *_ = feed
    renewed = phone.get(url("class", training_class)).context["calendar_url"]
    assert renewed != address
    officer.user.is_active = False
    officer.user.save()
    assert Client().get(renewed).status_code == 404


def test_who_left_the_class_reads_it_no_more(feed, phone, officer):
    training_class, _, address = feed
    phone.post(url("withdraw", training_class))
    assert events(Client().get(address).content) == []
