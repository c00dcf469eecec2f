"""Many hands on one row of attendance: the class's lock is the queue."""

import pytest
import time_machine
from django.core.exceptions import ValidationError

from courses.training.models import Attendance
from courses.training.services.roll_call import close_roll, take_roll
from courses.training.services.sign_in import Scan, sign_in
from tests.concurrency.race import race
from tests.courses.training.rolls import code_at, make_head, make_roll

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("access", "rules")]
WIDTH = 12


@pytest.fixture
def roll(districts):
    session, (learner,) = make_roll(districts["XH-01"])
    with time_machine.travel(session.during.lower, tick=False) as clock:
        yield session, learner, clock


def scan(session, learner):
    return sign_in(learner.officer.user, Scan(session, code_at(session, session.during.lower)))


def test_twelve_scans_of_one_code_are_one_row(roll):
    session, learner, _ = roll
    results = race(WIDTH, lambda number: scan(session, learner))
    assert sorted(signed.is_new for signed in results) == [False] * (WIDTH - 1) + [True]
    assert Attendance.objects.count() == 1


def test_the_head_teacher_taps_while_he_scans(roll):
    """Whichever comes first, what the head teacher saw is what remains."""
    session, learner, _ = roll
    head = session.training_class.head_teacher
    acts = [lambda: scan(session, learner), lambda: take_roll(session, {learner.pk: "ABSENT"}, actor=head)]
    scanned, tapped = race(2, lambda number: acts[number]())
    assert len(tapped) == 1
    assert not isinstance(scanned, Exception) or (
        isinstance(scanned, ValidationError) and scanned.code == "marked_absent"
    )
    row = Attendance.objects.get()
    assert (row.state, row.method) == ("ABSENT", "ROLL_CALL")


def test_two_of_the_class_tap_differently(roll):
    session, learner, _ = roll
    head, state = session.training_class.head_teacher, ["PRESENT", "LATE"]
    results = race(WIDTH, lambda number: take_roll(session, {learner.pk: state[number % 2]}, actor=head))
    assert [result for result in results if isinstance(result, Exception)] == []
    assert Attendance.objects.count() == 1


def test_the_roll_is_closed_while_he_scans(roll):
    session, learner, clock = roll
    clock.shift(11 * 60)
    code, head = code_at(session, session.during.lower.replace(minute=41)), session.training_class.head_teacher
    acts = [
        lambda: sign_in(learner.officer.user, Scan(session, code)),
        *[lambda: close_roll(session, actor=head)] * (WIDTH - 1),
    ]
    signed, *closed = race(WIDTH, lambda number: acts[number]())
    assert signed.attendance.state == "LATE"
    assert sum(not isinstance(result, Exception) for result in closed) == 1
    assert Attendance.objects.get().state == "LATE"


def test_heads_of_two_classes_do_not_wait_for_each_other(roll, districts):
    session, learner, _ = roll
    other, (second,) = make_roll(districts["PD-01"], head_teacher=make_head(districts["PD-01"]))
    pairs = [(session, learner), (other, second)]
    results = race(
        2,
        lambda number: take_roll(
            pairs[number][0], {pairs[number][1].pk: "PRESENT"}, actor=pairs[number][0].training_class.head_teacher
        ),
    )
    assert [len(rows) for rows in results] == [1, 1]
