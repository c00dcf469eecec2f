"""A place is asked for, given, changed and given back; what is given nobody else has."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.training.models import ClassSession
from courses.training.services.classes import change_class
from courses.training.services.sessions import cancel_session, move_session, save_session, warnings_of
from instructors.venues.models import Booking, Venue
from instructors.venues.services.bookings import (
    cancel_booking,
    change_booking,
    confirm_booking,
    record_attended,
    reject_booking,
    request_booking,
    seen_of,
)
from lms.notices.models import Delivery
from tests import factory
from tests.courses.training.factory import at, make_class, make_session, make_venue
from tests.instructors.classrooms.factory import coming, hours, make_booking, make_wish

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]
State = Booking.State


@pytest.fixture
def office(districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def asker(districts):
    return factory.make_officer(districts["PD-01"]).user


@pytest.fixture
def room(districts):
    return make_venue(districts["PD"])


@pytest.fixture
def row(districts):
    return make_class(districts["PD"], starts_on=coming())


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def ask(room, asker, begin="09:00", end="11:00", **fields) -> Booking:
    return request_booking(make_wish(room, begin, end, **fields), asker.officer.unit, actor=asker)


def give(booking, office) -> Booking:
    return confirm_booking(booking, actor=office, seen=seen_of(booking))


def session(row, room, begin="09:00", end="11:00") -> ClassSession:
    return ClassSession(training_class=row, title="课", during=hours(begin, end, row.starts_on), venue=room)


def test_an_officer_asks_and_the_owner_gives(room, asker, office):
    booking = ask(room, asker)
    assert booking.state == State.REQUESTED
    assert Delivery.objects.filter(user=office).count() == 1
    assert give(booking, office).state == State.CONFIRMED
    assert Delivery.objects.filter(user=asker).count() == 1


def test_whoever_keeps_the_place_has_it_at_once(room, office):
    assert request_booking(make_wish(room), room.unit, actor=office).state == State.CONFIRMED


def test_the_same_request_twice_is_one(room, asker):
    wish = make_wish(room)
    first, second = (request_booking(wish, asker.officer.unit, actor=asker) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"begin": "11:00", "end": "09:00"}, "backwards"), ({"people": 61}, "too_small"),
        ({"during": hours(day=coming(-1))}, "past"), ({"during": hours(day=coming(91))}, "too_far"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(fields, code, room, asker):
    if code == "backwards":
        wish = make_wish(room)
        wish = type(wish)(**{**wish.__dict__, "during": _Backwards(wish.during)})
        assert refused(request_booking, wish, asker.officer.unit, actor=asker) == code
    else:
        assert refused(ask, room, asker, **fields) == code


class _Backwards:
    """A range the driver itself would not build."""

    def __init__(self, during):
        self.lower, self.upper = during.upper, during.lower


def test_only_open_places_within_reach(districts, asker):
    for venue in (make_venue(districts["XH"]), make_venue(districts["PD"], is_open=False)):
        assert refused(ask, venue, asker) == "venue_not_open"


def test_touching_is_no_clash(room, asker, office):
    give(ask(room, asker, "09:00", "11:00"), office)
    give(ask(room, asker, "11:00", "12:00"), office)
    assert refused(ask, room, asker, "10:59", "11:30") == "venue_taken"


def test_overlapping_requests_are_legal_and_giving_one_rejects_the_others(room, asker, office, districts):
    other = factory.make_officer(districts["PD-02"]).user
    first, second, third = ask(room, asker), ask(room, other, "10:00", "12:00"), ask(room, other, "13:00", "14:00")
    assert seen_of(first) == str(second.pk)
    give(first, office)
    states = dict(Booking.objects.values_list("pk", "state"))
    assert states == {first.pk: "CONFIRMED", second.pk: "REJECTED", third.pk: "REQUESTED"}
    assert Delivery.objects.filter(user=other).count() == 1


def test_a_rival_that_came_meanwhile_is_not_rejected_unseen(room, asker, office, districts):
    first = ask(room, asker)
    seen = seen_of(first)
    ask(room, factory.make_officer(districts["PD-02"]).user)
    assert refused(confirm_booking, first, actor=office, seen=seen) == "rivals_changed"
    assert set(Booking.objects.values_list("state", flat=True)) == {"REQUESTED"}


def test_decided_once_in_time_and_only_while_open(room, asker, office):
    booking = ask(room, asker)
    reject_booking(booking, actor=office, reply="检修")
    assert refused(give, booking, office) == "already_decided"
    late = make_booking(room, during=hours("00:00", "00:30", coming(0)), made_by=asker)
    assert late.standing == "逾期未批"
    assert refused(give, late, office) == "begun"
    shut = ask(room, asker, "14:00", "15:00")
    Venue.objects.update(is_open=False)
    assert refused(give, shut, office) == "venue_not_open"


def test_editing_never_clashes_with_itself(room, asker, office):
    booking = give(ask(room, asker), office)
    changed = change_booking(booking, make_wish(room, "10:00", "12:00"), actor=office)
    assert (changed.state, changed.during) == (State.CONFIRMED, hours("10:00", "12:00"))


def test_another_time_than_was_given_is_asked_for_anew(room, asker, office):
    booking = give(ask(room, asker), office)
    changed = change_booking(booking, make_wish(room, "13:00", "14:00"), actor=asker)
    assert (changed.state, changed.decided_by) == (State.REQUESTED, None)
    give(ask(room, asker, "09:00", "11:00"), office)
    same_time = make_wish(room, "13:00", "14:00", people=20)
    given = give(changed, office)
    assert change_booking(given, same_time, actor=asker).state == State.CONFIRMED


def test_given_back_it_is_free(room, asker, office):
    booking = give(ask(room, asker), office)
    cancel_booking(booking, actor=asker, reply="改期")
    assert Delivery.objects.filter(user=office).count() == 2
    give(ask(room, asker), office)
    begun = make_booking(room, state="CONFIRMED", during=hours("00:00", "00:30", coming(0)))
    assert refused(cancel_booking, begun, actor=office, reply="停电") == "begun"


def test_nobody_there_is_no_use(room, office):
    over = [make_booking(room, state="CONFIRMED", during=hours(day=coming(-days))) for days in (1, 2)]
    record_attended(over[0], actor=office, attended=0)
    coming_up = make_booking(room, state="CONFIRMED")
    assert refused(record_attended, coming_up, actor=office, attended=5) == "not_over"
    now = timezone.now()
    assert list(Booking.objects.used(now - timedelta(days=9), now)) == [over[1]]


# --- sessions of classes stand in the same table ------------------------------------------


def test_a_session_books_its_place_whoever_writes_it(row, room, office):
    held = make_session(row, begin="09:00", end="11:00", venue=room)
    booking = Booking.objects.get(session=held.pk)
    assert (booking.state, booking.during, booking.unit) == (State.CONFIRMED, held.during, row.unit)
    assert booking.title == f"{row.title}：{held.title}"
    move_session(held, at(row.starts_on, "14:00"), actor=office, seen=held.during.lower)
    booking.refresh_from_db()
    assert booking.during == hours("14:00", "16:00")
    cancel_session(ClassSession.objects.get(), actor=office, reason="停电")
    booking.refresh_from_db()
    assert booking.state == State.CANCELLED
    ClassSession.objects.update(venue=None)
    assert not Booking.objects.exists()


def test_many_written_at_once_and_deleted(row, room):
    rows = [
        ClassSession(
            training_class=row, event_type=row.event_type, title="课", venue=room, during=hours(day=coming(day))
        )
        for day in range(3, 7)
    ]
    ClassSession.objects.bulk_create(rows)
    assert Booking.objects.confirmed().count() == 4
    ClassSession.objects.all().delete()
    assert not Booking.objects.exists()


def test_a_class_renamed_is_renamed_there(row, room, office):
    held = make_session(row, venue=room)
    row.title = "新班名"
    change_class(row, ["title"], actor=office)
    assert Booking.objects.get().title == f"新班名：{held.title}"


def test_a_session_and_a_booking_exclude_each_other(row, room, asker, office):
    give(ask(room, asker), office)
    assert refused(save_session, session(row, room), actor=office) == "venue_taken"
    assert refused(save_session, session(row, room, "10:59", "12:00"), actor=office) == "venue_taken"
    save_session(session(row, room, "11:00", "12:00"), actor=office)
    assert refused(ask, room, asker, "11:30", "12:30") == "venue_taken"
    waiting = make_booking(room, "13:00", "15:00", made_by=asker)
    held = save_session(session(row, room, "14:00", "16:00"), actor=office)
    assert any("1个预约申请" in warning for warning in warnings_of(held))
    assert refused(give, waiting, office) == "venue_taken"


def test_the_database_refuses_by_itself(row, room):
    make_booking(room, state="CONFIRMED")
    with pytest.raises(IntegrityError, match="venues_booking_free"), transaction.atomic():
        make_session(row, begin="10:00", end="12:00", venue=room)
    with pytest.raises(IntegrityError, match="venues_booking_free"), transaction.atomic():
        make_booking(room, "10:00", "12:00", state="CONFIRMED")
    make_booking(room, "10:00", "12:00")


def test_what_belongs_to_a_session_is_changed_with_it(row, room, office):
    make_session(row, venue=room)
    booking = Booking.objects.get()
    for act in (cancel_booking, reject_booking):
        assert refused(act, booking, actor=office, reply="停电") == "of_a_session"
    assert refused(change_booking, booking, make_wish(room), actor=office) == "of_a_session"


def test_a_refusal_names_no_other_districts_affairs(city, districts, asker, office):
    hall = make_venue(city)
    make_booking(hall, unit=districts["XH"], title="徐汇的会", state="CONFIRMED")
    with pytest.raises(ValidationError) as refusal:
        ask(hall, asker)
    assert "徐汇" not in refusal.value.message
    assert "09:00" in refusal.value.message


def test_who_sees_a_booking(city, districts, asker, office):
    hall = make_venue(city)
    rows = {
        "own": make_booking(hall, unit=districts["PD-01"], made_by=asker), "theirs": make_booking(hall, unit=districts["XH"]),
    }  # fmt: skip
    above = factory.make_staff("CITY_OFFICE", city)
    assert set(Booking.objects.visible_to(office)) == {rows["own"]}
    assert set(Booking.objects.visible_to(asker)) == {rows["own"]}
    assert Booking.objects.visible_to(above).count() == 2
    assert not Booking.objects.within(office, "venues.decide_booking").exists()
    assert set(Booking.objects.within(office, "venues.change_booking")) == {rows["own"]}
