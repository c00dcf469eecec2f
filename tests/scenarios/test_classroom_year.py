"""A year of a smart classroom: the team says what it has, the district finds it, it is booked and used, and comes up again.

Reckoned by hand for a room of PD-01: of eight things it has five, and after an upgrade all eight; of ten requests two are
for one morning, one is given back and nobody comes to one; a class holds four half-days.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.training.models import ClassSession
from courses.training.services.sessions import save_session
from instructors.classrooms.models import SmartClassroom
from instructors.classrooms.services.checks import submit_check, verify_check
from instructors.classrooms.services.rooms import register_room, remind_rechecks
from instructors.venues.filters import in_period
from instructors.venues.models import Booking, VenueUse
from instructors.venues.opening import open_hours, rate_words, working_days
from instructors.venues.services.bookings import (
    cancel_booking,
    confirm_booking,
    record_attended,
    request_booking,
    seen_of,
)
from lms.notices.models import Delivery
from tests import factory
from tests.courses.training.factory import during, make_class, make_venue
from tests.instructors.classrooms.factory import ADVANCED, INTERMEDIATE, make_wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]
MARCH = date(2026, 3, 2)


class Clock:
    """The day on which everybody acts."""

    def __init__(self, monkeypatch):
        self.monkeypatch = monkeypatch

    def set(self, day: date, hour: int = 8) -> None:
        moment = timezone.make_aware(datetime(day.year, day.month, day.day, hour))
        self.monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def people(districts):
    return {
        "clerk": factory.make_staff("TEAM_CLERK", districts["PD-01"]),
        "office": factory.make_staff("DISTRICT_OFFICE", districts["PD"]),
        "officer": factory.make_officer(districts["PD-01"]).user,
        "other": factory.make_officer(districts["PD-01"]).user,
    }


def graded(room, claimed, found, people, reply="") -> SmartClassroom:
    verify_check(submit_check(room, claimed, actor=people["clerk"]), found, reply, actor=people["office"])
    return SmartClassroom.objects.get(pk=room.pk)


def asked(room, day, who, begin="09:00", end="11:00", people=10) -> Booking:
    wish = make_wish(room.venue, during=during(day, begin, end), people=people)
    return request_booking(wish, who.officer.unit, actor=who)


def given(booking, office) -> Booking:
    return confirm_booking(booking, actor=office, seen=seen_of(booking))


def test_a_year(districts, people, clock):
    clock.set(MARCH)
    room = register_room(SmartClassroom(venue=make_venue(districts["PD-01"], seats=40)), actor=people["office"])

    # Graded: six claimed, five found; the recording device has not come.
    room = graded(room, [*INTERMEDIATE, "多教室互动"], INTERMEDIATE, people, "互动主机未安装")
    assert (room.grade, room.current.recheck_on) == ("INTERMEDIATE", date(2029, 3, 2))
    claims = (len(room.current.claimed), len(room.current.found))
    assert claims == (6, 5)

    # Booked: a class of two days, and ten requests on the following mornings.
    course = make_class(districts["PD"], starts_on=MARCH + timedelta(days=1), ends_on=MARCH + timedelta(days=2))
    for day in (3, 4):
        for begin, end in (("08:30", "12:00"), ("13:30", "17:00")):
            session = ClassSession(
                training_class=course, title="课", venue=room.venue, during=during(date(2026, 3, day), begin, end)
            )
            save_session(session, actor=people["office"])
    with pytest.raises(ValidationError) as refusal:
        asked(room, date(2026, 3, 3), people["officer"])
    assert refusal.value.code == "venue_taken"
    days = [MARCH + timedelta(days=number) for number in (3, 4, 7, 8, 9, 10, 11, 14, 15)]
    requests = [asked(room, day, people["officer"]) for day in days]
    rival = asked(room, days[0], people["other"], "10:00", "12:00")
    for booking in requests:
        given(booking, people["office"])
    rival.refresh_from_db()
    assert (rival.state, Booking.objects.confirmed().count()) == ("REJECTED", 4 + 9)
    cancel_booking(requests[8], actor=people["officer"], reply="改期")

    # Used: 4 × 3.5 hours of class, 7 × 2 hours otherwise; to one nobody came.
    clock.set(date(2026, 3, 31), 18)
    record_attended(requests[7], actor=people["officer"], attended=0)
    record_attended(requests[6], actor=people["officer"], attended=9)
    use = in_period(VenueUse.objects.all(), "MONTH").get()
    assert (use.used_times, use.session_hours, use.used_hours) == (4 + 7, Decimal(14), Decimal(28))
    assert working_days(date(2026, 3, 1), date(2026, 4, 1)) == 22
    assert use.open_hours == open_hours(date(2026, 3, 1), date(2026, 4, 1)) == 176
    assert rate_words(use.used_hours, use.open_hours) == "15.9%（28.0/176.0小时）"

    # Upgraded within its term, announced 90 days before the end of the new one, and checked again.
    room = graded(room, ADVANCED, ADVANCED, people)
    assert (room.grade, room.current.recheck_on) == ("ADVANCED", date(2029, 3, 31))
    before = Delivery.objects.filter(user=people["clerk"]).count()
    assert remind_rechecks(date(2028, 12, 30)) == 0
    assert remind_rechecks(date(2028, 12, 31)) == 2
    assert remind_rechecks(date(2029, 1, 1)) == 0
    assert Delivery.objects.filter(user=people["clerk"]).count() == before + 1
    assert SmartClassroom.objects.recheck_due(date(2029, 3, 30)).count() == 0
    assert SmartClassroom.objects.recheck_due(date(2029, 3, 31)).count() == 1
    clock.set(date(2029, 3, 30))
    room = graded(room, ADVANCED, INTERMEDIATE, people, "互动、字幕、听证设备已停用")
    assert (room.grade, room.current.recheck_on, room.checks.count()) == ("INTERMEDIATE", date(2032, 3, 30), 3)
    assert SmartClassroom.objects.recheck_due(date(2029, 3, 31)).count() == 0
