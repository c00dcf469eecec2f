"""The head teacher's roll, leave, and what is presumed when it is closed."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from courses.training.models import Attendance, LeaveRequest
from courses.training.services.leave import ask_leave, grant_leave, refuse_leave, withdraw_leave
from courses.training.services.roll_call import close_roll, take_roll
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.training.factory import make_session
from tests.courses.training.rolls import make_roll, mark

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
HOUR = timedelta(hours=1)


@pytest.fixture
def roll(districts):
    return make_roll(districts["XH"], people=3)


@pytest.fixture
def session(roll):
    return roll[0]


@pytest.fixture
def head(session):
    return session.training_class.head_teacher


@pytest.fixture
def clock(session):
    with time_machine.travel(session.during.lower + timedelta(minutes=15), tick=False) as moving:
        yield moving


def states(session) -> dict[int, str]:
    return dict(session.attendance.values_list("enrollment", "state"))


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def test_taps_are_written_once_and_what_stands_is_left_alone(roll, head, clock):
    session, (first, second, _) = roll
    assert len(take_roll(session, {first.pk: "PRESENT", second.pk: "ABSENT"}, actor=head)) == 2
    assert take_roll(session, {first.pk: "PRESENT"}, actor=head) == []
    assert states(session) == {first.pk: "PRESENT", second.pk: "ABSENT"}


def test_a_scan_that_is_overruled_is_logged(roll, head, clock):
    session, (first, *_) = roll
    mark(session, first, "PRESENT", "CODE", by=first.officer.user)
    take_roll(session, {first.pk: "ABSENT"}, actor=head)
    event = AuditEvent.objects.get(action="training.change_attendance")
    assert (event.detail["before"], event.detail["after"]) == ({str(first.pk): "PRESENT"}, {str(first.pk): "ABSENT"})


def test_closing_presumes_the_rest_absent_once(roll, head, clock):
    session, (first, second, third) = roll
    take_roll(session, {first.pk: "LATE"}, actor=head)
    assert close_roll(session, actor=head) == 2
    assert states(session) == {first.pk: "LATE", second.pk: "ABSENT", third.pk: "ABSENT"}
    session.refresh_from_db()
    assert all(row.is_presumed for row in session.attendance.filter(state="ABSENT"))
    assert code_of(close_roll, session, actor=head) == "roll_closed"


def test_a_presumed_absence_that_is_tapped_has_been_seen(roll, head, clock):
    session, (first, *_) = roll
    close_roll(session, actor=head)
    clock.shift(HOUR)
    session.refresh_from_db()
    take_roll(session, {first.pk: "ABSENT"}, actor=head)
    assert not session.attendance.select_related("session").get(enrollment=first).is_presumed


@pytest.mark.parametrize(
    ("shift", "act", "code"), [(-HOUR, take_roll, "not_open"), (-HOUR / 6, close_roll, "too_early")]
)
def test_not_before_its_time(session, head, clock, shift, act, code):
    clock.shift(shift)
    assert code_of(act, session, *([{}] if act is take_roll else []), actor=head) == code


def test_not_of_somebody_who_is_not_on_the_list_nor_a_state_unheard_of(session, roll, head, districts, clock):
    other = make_roll(districts["XH"])[1][0]
    assert code_of(take_roll, session, {other.pk: "PRESENT"}, actor=head) == "not_on_roll"
    assert code_of(take_roll, session, {roll[1][0].pk: "HERE"}, actor=head) == "not_on_roll"


def test_not_once_the_class_is_checked(session, roll, head, clock):
    session.training_class.state = "CHECKED"
    session.training_class.save()
    assert code_of(take_roll, session, {roll[1][0].pk: "PRESENT"}, actor=head) == "class_closed"


def test_by_nobody_else(session, districts, clock):
    for role, unit in (("DISTRICT_OFFICE", "PD"), ("TEAM_CLERK", "XH")):
        with pytest.raises(PermissionDenied):
            take_roll(session, {}, actor=factory.make_staff(role, districts[unit]))
    assert take_roll(session, {}, actor=factory.make_staff("DISTRICT_OFFICE", districts["XH"])) == []


class TestLeave:
    @pytest.fixture
    def learner(self, roll):
        return roll[1][0]

    @pytest.fixture
    def second_session(self, session):
        return make_session(session.training_class, begin="13:30", end="17:00")

    @pytest.fixture
    def leave(self, session, learner, clock):
        clock.shift(-3 * HOUR)
        return self.ask(learner, session.during.lower, session.during.upper)

    def ask(self, learner, begin, end) -> LeaveRequest:
        return ask_leave(learner, DateTimeTZRange(begin, end), "家中有事", actor=learner.officer.user)

    def test_granted_leave_stands_on_the_sessions_it_touches(self, leave, session, second_session, learner, head):
        grant_leave(leave, actor=head, reply="同意")
        assert (states(session), states(second_session)) == ({learner.pk: "LEAVE"}, {})
        assert learner.officer.user.deliveries.filter(notice__title__startswith="请假准假").exists()

    def test_who_was_there_all_the_same_stays_present(self, leave, session, learner, head):
        mark(session, learner, "PRESENT")
        grant_leave(leave, actor=head)
        assert states(session) == {learner.pk: "PRESENT"}

    def test_refused_leave_changes_nothing(self, leave, session, head):
        assert refuse_leave(leave, actor=head, reply="考核不能缺").state == "REFUSED"
        assert (states(session), code_of(grant_leave, leave, actor=head)) == ({}, "already_decided")

    def test_withdrawn_leave_leaves_no_mark(self, leave, session, learner, head, clock):
        grant_leave(leave, actor=head)
        withdraw_leave(leave, actor=learner.officer.user)
        assert states(session) == {}

    def test_not_withdrawn_once_the_session_has_begun(self, leave, learner, head, clock):
        grant_leave(leave, actor=head)
        clock.shift(4 * HOUR)
        assert code_of(withdraw_leave, leave, actor=learner.officer.user) == "not_withdrawable"

    def test_asked_only_for_what_is_to_come_and_once(self, leave, session, learner, clock):
        assert code_of(self.ask, learner, session.during.lower, session.during.upper) == "already_asked"
        assert code_of(self.ask, learner, session.during.upper, session.during.upper + HOUR) == "no_session"
        assert code_of(self.ask, learner, session.during.upper, session.during.upper) == "empty"
        clock.shift(7 * HOUR)
        assert code_of(self.ask, learner, session.during.upper - HOUR / 2, session.during.upper) == "no_session"

    def test_decided_by_head_teacher_or_office_only(self, leave, learner, districts):
        for user in (learner.officer.user, factory.make_staff("DISTRICT_OFFICE", districts["PD"])):
            with pytest.raises(PermissionDenied):
                grant_leave(leave, actor=user)
        assert grant_leave(leave, actor=factory.make_staff("DISTRICT_OFFICE", districts["XH"])).state == "GRANTED"

    def test_a_head_teacher_does_not_grant_his_own(self, session, learner, leave):
        session.training_class.head_teacher = learner.officer.user
        session.training_class.save()
        assert code_of(grant_leave, leave, actor=learner.officer.user) == "same_person"


def test_attendance_is_read_by_its_own_district_only(districts):
    session, (learner,) = make_roll(districts["XH"])
    mark(session, learner)
    assert Attendance.objects.visible_to(factory.make_staff("DISTRICT_OFFICE", districts["PD"])).count() == 0
    assert Attendance.objects.visible_to(learner.officer.user).count() == 1
