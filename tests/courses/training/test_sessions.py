"""Where and when: a room and an instructor are in one place, and the refusal tells no more than one may know."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.training.models import ClassSession
from courses.training.services.sessions import (
    cancel_session,
    default_quantity,
    default_rule,
    instructors_for,
    move_session,
    save_session,
    save_sessions,
    venues_for,
    warnings_of,
)
from lms.audit.models import AuditEvent
from lms.notices.models import Delivery
from tests import factory
from tests.courses.training.factory import (
    MONDAY,
    at,
    during,
    make_class,
    make_enrollment,
    make_instructor,
    make_session,
    make_venue,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(access, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def room(districts):
    return make_venue(districts["PD"])


@pytest.fixture
def row(districts):
    return make_class(districts["PD"])


def planned(row, begin="08:30", end="12:00", day=MONDAY, **fields) -> ClassSession:
    return ClassSession(training_class=row, title="课", during=during(day, begin, end), **fields)


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def refusal_of(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.message


def test_a_session_is_saved_and_logged(row, room, office):
    session = save_session(planned(row, venue=room), actor=office)
    assert session.event_type == row.event_type
    assert AuditEvent.objects.filter(action="training.add_session", actor=str(office)).exists()


@pytest.mark.parametrize("what", ["venue", "instructor"])
def test_one_room_and_one_instructor_at_a_time(what, row, districts, office):
    resource = make_venue(districts["PD"]) if what == "venue" else make_instructor(districts["PD"])
    save_session(planned(row, **{what: resource}), actor=office)
    other = make_class(districts["PD-01"])
    assert refused(save_session, planned(other, "11:59", "13:00", **{what: resource}), actor=office) == f"{what}_taken"


def test_sessions_that_touch_do_not_clash(row, room, office):
    save_session(planned(row, "08:30", "12:00", venue=room), actor=office)
    save_session(planned(row, "12:00", "13:00", venue=room), actor=office)
    assert row.sessions.count() == 2


def test_editing_never_clashes_with_itself(row, room, office):
    session = save_session(planned(row, venue=room, instructor=make_instructor(row.unit)), actor=office)
    session.during = during(MONDAY, "09:00", "12:00")
    save_session(session, actor=office)
    assert ClassSession.objects.get().during == during(MONDAY, "09:00", "12:00")


def test_the_refusal_names_the_other_session_only_to_whoever_may_see_it(city, districts, office):
    shared = make_venue(city)
    make_session(make_class(districts["PD-01"], title="本区的班"), venue=shared)
    make_session(make_class(districts["XH"], title="徐汇的班"), begin="13:00", end="15:00", venue=shared)
    mine = make_class(districts["PD"])
    assert "本区的班" in refusal_of(save_session, planned(mine, "09:00", "10:00", venue=shared), actor=office)
    theirs = refusal_of(save_session, planned(mine, "14:00", "16:00", venue=shared), actor=office)
    assert "徐汇" not in theirs
    assert "13:00" in theirs


def test_the_database_refuses_by_itself(row, room):
    make_session(row, venue=room)
    with pytest.raises(IntegrityError, match="venues_booking_free"), transaction.atomic():
        make_session(row, begin="10:00", end="11:00", venue=room)
    make_session(row, begin="10:00", end="11:00", venue=room, is_cancelled=True)


def test_what_the_database_refuses_is_said_in_words(row, room, office, monkeypatch):
    make_session(row, venue=room)
    monkeypatch.setattr("courses.training.services.sessions.refuse_clash", lambda *args: None)
    assert refused(save_session, planned(row, venue=room), actor=office) == "venue_just_taken"


def test_a_cancelled_session_frees_its_room(row, room, office):
    session = save_session(planned(row, venue=room), actor=office)
    cancel_session(session, actor=office, reason="停电")
    save_session(planned(row, venue=room), actor=office)
    assert refused(cancel_session, session, actor=office, reason="停电") == "session_cancelled"


def test_a_session_somebody_signed_into_stays(row, office):
    session, enrollment = make_session(row), make_enrollment(row)
    session.attendance.create(
        enrollment=enrollment, state="PRESENT", method="ROLL_CALL", signed_at=at(MONDAY, "08:30"), by=office
    )
    assert refused(cancel_session, session, actor=office, reason="停电") == "attended"


def test_sessions_lie_within_one_day_of_the_class(row, office):
    late = planned(row, "20:00", "21:00")
    late.during = type(late.during)(at(MONDAY, "20:00"), at(MONDAY + timedelta(days=1), "02:00"))
    assert refused(save_session, late, actor=office) == "two_days"
    assert refused(save_session, planned(row, day=MONDAY - timedelta(days=1)), actor=office) == "outside_class"


@pytest.mark.parametrize("state", ["CHECKED", "POSTED", "CANCELLED"])
def test_a_class_that_is_over_gets_no_sessions(state, districts, office):
    assert refused(save_session, planned(make_class(districts["PD"], state=state)), actor=office) == "closed"


def test_only_rooms_and_instructors_within_reach(city, districts, row, office):
    above, below = make_venue(city), make_venue(districts["PD-01"])
    own, closed = make_venue(districts["PD"]), make_venue(districts["PD"], is_open=False)
    foreign = make_venue(districts["XH"])
    assert set(venues_for(row)) == {above, below, own}
    for venue in (closed, foreign):
        assert refused(save_session, planned(row, venue=venue), actor=office) == "venue_not_open"


def test_only_instructors_in_office_on_the_day(city, districts, row, office):
    elsewhere = make_instructor(districts["XH"], level="CITY")
    own, expert = make_instructor(districts["PD"], level="DISTRICT"), make_instructor(city)
    foreign = make_instructor(districts["XH"], level="DISTRICT")
    former = make_instructor(districts["PD"], until_on=date(2026, 3, 1))
    assert set(instructors_for(row, MONDAY)) == {elsewhere, own, expert}
    for one, code in ((foreign, "instructor_not_in_reach"), (former, "instructor_not_active")):
        assert refused(save_session, planned(row, instructor=one), actor=office) == code


def test_nobody_teaches_more_than_the_rule_allows(rules, row, office):
    teacher = make_instructor(row.unit)
    for day in range(3):
        for begin, end in (("08:30", "12:00"), ("13:30", "17:00")):
            make_session(row, day=MONDAY + timedelta(days=day), begin=begin, end=end, instructor=teacher)
    fourth = make_session(row, day=MONDAY + timedelta(days=3), begin="08:30", end="10:00")
    fourth.instructor = teacher
    save_session(fourth, actor=office)  # 28 lessons and 2
    save_session(fourth, actor=office)  # changed, it is not counted twice
    more = planned(row, day=MONDAY + timedelta(days=4), instructor=teacher)
    assert refused(save_session, more, actor=office) == "instructor_overloaded"


def test_a_joint_class_uses_the_rooms_of_both(districts, row):
    room = make_venue(districts["XH"])
    row.quotas.create(unit=districts["XH"], seats=10, is_organiser=True)
    assert room in venues_for(row)


def test_a_small_room_is_said_not_refused(districts, office):
    row, small = make_class(districts["PD"], capacity=40), make_venue(districts["PD"], seats=20)
    session = save_session(planned(row, venue=small), actor=office)
    assert len(warnings_of(session)) == 1
    assert warnings_of(planned(row, venue=make_venue(districts["PD"], seats=40))) == []


def test_all_days_of_a_class_or_none(row, room, office):
    make_session(row, day=MONDAY + timedelta(days=2), venue=room)
    days = [planned(row, day=MONDAY + timedelta(days=number), venue=room) for number in range(3)]
    assert refused(save_sessions, row, days, actor=office) == "venue_taken"
    assert row.sessions.count() == 1
    assert len(save_sessions(row, days[:2], actor=office)) == 2


@pytest.mark.parametrize(
    ("rule", "begin", "end", "quantity"),
    [
        ("R07", "08:30", "12:00", "1"), ("R07", "09:00", "12:00", "1"), ("R07", "13:00", "17:30", "1"),
        ("R07", "14:00", "16:00", "0.5"), ("R07", "14:00", "14:40", "0"), ("R15", "08:30", "17:00", "2"),
        ("R17", "14:00", "16:15", "3"),
    ],
)  # fmt: skip
def test_quantity_by_rule(rules, rule, begin, end, quantity):
    assert default_quantity(rule, during(MONDAY, begin, end), "TRAINING") == Decimal(quantity)
    assert default_quantity(rule, during(MONDAY, begin, end), "MEETING") == 0


def test_rule_by_place_and_type(districts, row):
    base = make_venue(districts["PD"], kind="PRACTICE_BASE")
    assert default_rule(row, base) == "R15"
    assert default_rule(row, None) == "R07"
    assert default_rule(make_class(districts["PD"], event_type="SEMINAR"), base) == "R17"


def test_a_meeting_counts_nothing(districts, office):
    row = make_class(districts["PD"], event_type="MEETING")
    assert save_session(planned(row, quantity=1), actor=office).quantity == 0


def test_moving_keeps_the_length_and_tells_a_fixed_list(districts, room, office):
    row = make_class(districts["PD"], state="READY")
    session, learner = make_session(row), make_enrollment(row).officer.user
    moved = move_session(session, at(MONDAY, "13:30"), actor=office, seen=session.during.lower, venue=room)
    assert moved.during == during(MONDAY, "13:30", "17:00")
    assert moved.venue == room
    assert Delivery.objects.filter(user=learner).count() == 1


def test_moving_what_somebody_else_moved_is_refused(row, office):
    session = make_session(row)
    seen = session.during.lower
    move_session(session, at(MONDAY, "13:30"), actor=office, seen=seen)
    assert refused(move_session, session, at(MONDAY, "09:00"), actor=office, seen=seen) == "moved_meanwhile"
