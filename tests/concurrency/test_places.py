"""A room, sixteen who want it: given by the office, or taken by a class in the same moment, it goes to one."""

import pytest
from django.core.exceptions import ValidationError

from courses.training.models import ClassSession
from courses.training.services.sessions import save_session
from instructors.venues.models import Booking
from instructors.venues.services.bookings import confirm_booking, request_booking, save_confirmed, seen_of
from tests import factory
from tests.concurrency.race import race
from tests.courses.training.factory import make_class, make_session, make_venue
from tests.instructors.classrooms.factory import coming, hours, make_booking, make_wish

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, ROUNDS = 16, 3


def overlapping(number: int) -> tuple[str, str]:
    return f"{9 + number % 3:02d}:00", "12:30"


def codes(results) -> list[str]:
    return [one.code for one in results if isinstance(one, ValidationError)]


@pytest.fixture
def office(rules, access, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


def test_one_of_sixteen_is_given_it(office, districts):
    for _ in range(ROUNDS):
        room = make_venue(districts["PD"])
        rows = [make_booking(room, *overlapping(number)) for number in range(WIDTH)]
        seen = [seen_of(row) for row in rows]
        results = race(WIDTH, lambda n, rows=rows, seen=seen: confirm_booking(rows[n], actor=office, seen=seen[n]))
        assert len(codes(results)) == WIDTH - 1, results
        assert set(codes(results)) <= {"already_decided", "rivals_changed", "venue_taken"}
        assert Booking.objects.confirmed().filter(venue=room).count() == 1


def test_one_of_sixteen_offices_books_it_outright(office, districts):
    for _ in range(ROUNDS):
        room = make_venue(districts["PD"])
        wishes = [make_wish(room, *overlapping(number)) for number in range(WIDTH)]
        results = race(WIDTH, lambda n, wishes=wishes: request_booking(wishes[n], districts["PD"], actor=office))
        assert codes(results) == ["venue_taken"] * (WIDTH - 1), results


def test_sessions_and_bookings_race_for_one_room(office, districts):
    classes = [make_class(districts["PD"], starts_on=coming()) for _ in range(WIDTH)]
    for _ in range(ROUNDS):
        room = make_venue(districts["PD"])

        def take(number, room=room):
            begin, end = overlapping(number)
            if number % 2:
                return request_booking(make_wish(room, begin, end), districts["PD"], actor=office)
            session = ClassSession(training_class=classes[number], title="课", during=hours(begin, end), venue=room)
            return save_session(session, actor=office)

        results = race(WIDTH, take)
        assert codes(results) == ["venue_taken"] * (WIDTH - 1), results
        assert Booking.objects.confirmed().filter(venue=room).count() == 1


def test_past_every_lock_the_database_still_refuses(office, districts):
    """Rows written by nobody's service, sessions and bookings in turn."""
    classes = [make_class(districts["PD"], starts_on=coming()) for _ in range(WIDTH)]
    room = make_venue(districts["PD"])

    def write(number):
        if number % 2:
            return make_booking(room, *overlapping(number), state="CONFIRMED", made_by=office)
        return make_session(classes[number], None, *overlapping(number), venue=room)

    results = race(WIDTH, write)
    assert sum(not isinstance(one, Exception) for one in results) == 1, results
    assert Booking.objects.confirmed().filter(venue=room).count() == 1


def test_what_the_constraint_refuses_is_said_in_words(office, districts):
    room = make_venue(districts["PD"])
    make_booking(room, state="CONFIRMED")
    row = Booking(venue=room, during=hours(), unit=room.unit, purpose="VISIT", title="观摩", made_by=office)
    row.state = Booking.State.CONFIRMED
    with pytest.raises(ValidationError) as refusal:
        save_confirmed(row)
    assert refusal.value.code == "venue_just_taken"
