"""The code on the screen: who may sign in with it, until when, and how often."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError

from courses.training.models import Attendance
from courses.training.services.sign_in import GUESSES, Scan, sign_in
from courses.training.sign_code import LONG, SHORT, code_of, typed_code, window_of
from tests import factory
from tests.courses.training.factory import make_enrollment
from tests.courses.training.rolls import code_at, make_roll, mark, nonce_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
MINUTE, WINDOW = timedelta(minutes=1), timedelta(seconds=15)


@pytest.fixture
def roll(districts):
    cache.clear()
    return make_roll(districts["XH"], people=2)


@pytest.fixture
def session(roll):
    return roll[0]


@pytest.fixture
def learner(roll):
    return roll[1][0]


def scan(session, enrollment, code, *, at, nonce=""):
    with time_machine.travel(at, tick=False):
        return sign_in(enrollment.officer.user, Scan(session, code, nonce))


def refused(session, enrollment, code, *, at, nonce="") -> str:
    with pytest.raises(ValidationError) as refusal:
        scan(session, enrollment, code, at=at, nonce=nonce)
    assert not Attendance.objects.filter(session=session, enrollment=enrollment, state__in=Attendance.CREDITED).exists()
    return refusal.value.code


def test_the_code_is_long_and_of_this_session_and_window_only():
    code = code_of(7, 100)
    assert (len(code), len(typed_code(7, 100))) == (LONG, SHORT)
    assert LONG * 5 >= 80
    assert len({code, code_of(7, 101), code_of(8, 100)}) == 3


def test_scanned_in_time(session, learner):
    at = session.during.lower - 5 * MINUTE
    signed = scan(session, learner, code_at(session, at), at=at)
    assert (signed.is_new, signed.attendance.state, signed.attendance.method) == (True, "PRESENT", "CODE")
    assert signed.attendance.signed_at == at


@pytest.mark.parametrize(("minutes", "state"), [(-30, "PRESENT"), (10, "PRESENT"), (11, "LATE"), (30, "LATE")])
def test_late_by_the_rule(session, learner, minutes, state):
    at = session.during.lower + minutes * MINUTE
    assert scan(session, learner, code_at(session, at), at=at).attendance.state == state


@pytest.mark.parametrize(("minutes", "code"), [(-31, "not_open"), (31, "sign_in_closed")])
def test_outside_the_time_for_signing(session, learner, minutes, code):
    at = session.during.lower + minutes * MINUTE
    assert refused(session, learner, code_at(session, at), at=at) == code


def test_typed_as_people_type(session, learner):
    at = session.during.lower
    code = code_at(session, at)[:SHORT].lower().replace("o", "0")
    assert scan(session, learner, f" {code[:4]} {code[4:]} ", at=at).is_new


def test_one_window_back_and_none_forward(session, roll):
    at = session.during.lower
    first, second = roll[1]
    assert scan(session, first, code_at(session, at - WINDOW), at=at).is_new
    assert refused(session, second, code_at(session, at - 2 * WINDOW), at=at) == "expired_code"
    assert refused(session, second, code_at(session, at + WINDOW), at=at) == "future_code"


def test_a_second_scan_says_when_the_first_was(session, learner):
    at = session.during.lower
    scan(session, learner, code_at(session, at), at=at)
    again = scan(session, learner, "AAAAAAAA", at=at + 5 * MINUTE)
    assert (again.is_new, again.attendance.signed_at) == (False, at)
    assert Attendance.objects.count() == 1


def test_the_code_of_another_class(session, learner, districts):
    at, (other, _) = session.during.lower, make_roll(districts["XH"])
    assert refused(session, learner, code_at(other, at), at=at) == "bad_code"
    assert refused(other, learner, code_at(other, at), at=at) == "not_enrolled"


def test_a_tampered_code(session, learner):
    at = session.during.lower
    code = code_at(session, at)
    assert refused(session, learner, code[:-1] + ("A" if code[-1] != "A" else "B"), at=at) == "bad_code"
    assert refused(session, learner, code[:7], at=at) == "bad_code"
    assert refused(session, learner, "", at=at) == "bad_code"


@pytest.mark.parametrize(
    ("state", "code"),
    [("WAITLISTED", "waitlisted"), ("PENDING", "pending"), ("DISMISSED", "dismissed"), ("WITHDRAWN", "not_enrolled"),
     ("PASSED", "class_closed")],
)  # fmt: skip
def test_only_who_has_a_seat(session, state, code):
    enrollment = make_enrollment(session.training_class, state=state)
    at = session.during.lower
    assert refused(session, enrollment, code_at(session, at), at=at) == code


@pytest.mark.parametrize(
    ("field", "value", "code"), [("state", "CHECKED", "class_closed"), ("state", "CANCELLED", "cancelled")]
)
def test_not_of_a_class_that_is_closed(session, learner, field, value, code):
    setattr(session.training_class, field, value)
    session.training_class.save()
    assert refused(session, learner, code_at(session, session.during.lower), at=session.during.lower) == code


def test_what_the_head_teacher_saw_stands(session, learner):
    mark(session, learner, "ABSENT", signed_at=session.during.lower)
    assert refused(session, learner, code_at(session, session.during.lower), at=session.during.lower) == "marked_absent"


def test_who_was_granted_leave_and_came_is_present(session, learner):
    mark(session, learner, "LEAVE")
    assert (
        scan(session, learner, code_at(session, session.during.lower), at=session.during.lower).attendance.state
        == "PRESENT"
    )


def test_guessing_is_slowed_down(session, roll):
    at = session.during.lower
    first, second = roll[1]
    for _ in range(GUESSES):
        assert refused(session, first, "AAAAAAAA", at=at) == "bad_code"
    assert refused(session, first, code_at(session, at), at=at) == "too_many"
    assert scan(session, second, code_at(session, at), at=at).is_new
    assert scan(session, first, code_at(session, at + MINUTE), at=at + MINUTE).is_new


class TestOffline:
    """A code kept on a phone: the server's nonce says who had the page open, the code when he was there."""

    def test_sent_later_counts_from_the_code(self, session, learner):
        at = session.during.lower
        nonce = nonce_at(session, learner, at - 60 * MINUTE)
        signed = scan(session, learner, code_at(session, at), at=at + 3 * 60 * MINUTE, nonce=nonce)
        assert (signed.attendance.method, signed.attendance.state) == ("OFFLINE", "PRESENT")
        assert window_of(signed.attendance.signed_at, 15) == window_of(at, 15)

    def test_a_late_code_is_late_whenever_it_is_sent(self, session, learner):
        at = session.during.lower + 12 * MINUTE
        nonce = nonce_at(session, learner, session.during.lower)
        assert scan(session, learner, code_at(session, at), at=at + 60 * MINUTE, nonce=nonce).attendance.state == "LATE"

    def test_after_the_roll_was_closed_it_replaces_the_presumed_absence(self, session, learner):
        at, closed = session.during.lower, session.during.upper
        session.roll_closed_at, session.roll_closed_by = closed, session.training_class.head_teacher
        session.save()
        mark(session, learner, "ABSENT", signed_at=closed)
        signed = scan(session, learner, code_at(session, at), at=closed, nonce=nonce_at(session, learner, at))
        assert (signed.attendance.state, Attendance.objects.count()) == ("PRESENT", 1)

    def test_not_after_the_rules_hours(self, session, learner):
        at = session.during.lower
        nonce = nonce_at(session, learner, at)
        assert refused(session, learner, code_at(session, at), at=at + 25 * 60 * MINUTE, nonce=nonce) == "sent_too_late"

    def test_not_with_a_nonce_of_afterwards(self, session, learner):
        at = session.during.lower
        nonce = nonce_at(session, learner, at + MINUTE)
        assert refused(session, learner, code_at(session, at), at=at + 5 * MINUTE, nonce=nonce) == "late_nonce"

    def test_not_with_somebody_elses_nonce_or_of_another_session(self, session, roll, districts):
        at, (learner, other) = session.during.lower, roll[1]
        elsewhere, _ = make_roll(districts["XH"])
        for nonce in (nonce_at(session, other, at), nonce_at(elsewhere, learner, at), "forged"):
            assert refused(session, learner, code_at(session, at), at=at + 5 * MINUTE, nonce=nonce) == "bad_nonce"

    def test_not_with_a_code_from_outside_the_time_for_signing(self, session, learner):
        early = session.during.lower - 40 * MINUTE
        nonce = nonce_at(session, learner, early - MINUTE)
        assert refused(session, learner, code_at(session, early), at=session.during.lower, nonce=nonce) == "bad_code"


def test_whoever_is_no_officer(session, districts):
    with pytest.raises(ValidationError) as refusal:
        sign_in(factory.make_staff("DISTRICT_OFFICE", districts["XH"]), Scan(session, "AAAAAAAA"))
    assert refusal.value.code == "not_enrolled"
