"""Registers of rooms and instructors: kept by an office for its own units, with dates."""

from datetime import date

import pytest
from django.urls import reverse

from instructors.pool.models import Instructor
from instructors.venues.models import Venue
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.training.factory import make_instructor, make_venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings, access, districts, client):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = factory.make_staff("DISTRICT_OFFICE", districts["PD"])
    client.force_login(user)
    return user


def test_a_room_is_registered(office, districts, client):
    fields = {"name": "教室1", "kind": "CLASSROOM", "seats": 40, "is_open": "on"}
    client.post(reverse("venue:add"), fields | {"unit": districts["PD"].pk})
    assert Venue.objects.get().unit == districts["PD"]
    assert AuditEvent.objects.filter(action="venues.add_venue").exists()
    answer = client.post(reverse("venue:add"), fields | {"unit": districts["XH"].pk})
    assert answer.context["form"].has_error("unit")


def test_an_officer_becomes_an_instructor_by_his_number(office, districts, client):
    officer, foreign = factory.make_officer(districts["PD-01"]), factory.make_officer(districts["XH-01"])
    fields = {"level": "DISTRICT", "unit": districts["PD"].pk, "from_on": "2026-01-01", "until_on": "2027-12-31"}
    client.post(reverse("instructor:add"), fields | {"staff_no": officer.staff_no, "name": "别的名字"})
    assert Instructor.objects.get().name == officer.name
    answer = client.post(reverse("instructor:add"), fields | {"staff_no": foreign.staff_no})
    assert answer.context["form"].has_error("staff_no", "unknown_person")
    answer = client.post(reverse("instructor:add"), fields | {"level": "EXTERNAL"})
    assert answer.context["form"].has_error("name", "no_name")
    client.post(reverse("instructor:add"), fields | {"level": "EXTERNAL", "name": "某教授"})
    assert Instructor.objects.filter(appointments__level="EXTERNAL", officer=None).exists()


def test_who_is_active_on_a_day_and_what_is_assignable(city, districts):
    former = make_instructor(districts["PD"], until_on=date(2026, 3, 1))
    assert list(Instructor.objects.active_on(date(2026, 3, 1))) == [former]
    assert not Instructor.objects.active_on(date(2026, 3, 2)).exists()
    above, own, below = (make_venue(unit) for unit in (city, districts["PD"], districts["PD-01"]))
    foreign, shut = make_venue(districts["XH"]), make_venue(districts["PD"], is_open=False)
    assert set(Venue.objects.assignable_to(districts["PD"])) == {above, own, below}
    assert set(Venue.objects.assignable_to(city)) == {above, own, below, foreign}
    assert shut not in Venue.objects.assignable_to(city)
