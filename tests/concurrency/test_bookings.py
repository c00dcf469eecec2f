"""Twelve offices book the same room, or the same instructor, for overlapping hours in the same moment: one gets it."""

import pytest
from django.core.exceptions import ValidationError

from courses.training.models import ClassSession
from courses.training.services.sessions import save_session
from tests import factory
from tests.concurrency.race import race
from tests.courses.training.factory import MONDAY, during, make_class, make_instructor, make_venue

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH, ROUNDS = 12, 5


@pytest.mark.parametrize("what", ["venue", "instructor"])
def test_one_of_twelve_gets_it(what, districts):
    classes = [make_class(districts["PD"]) for _ in range(WIDTH)]
    actor = factory.make_user()
    for _ in range(ROUNDS):
        resource = make_venue(districts["PD"]) if what == "venue" else make_instructor(districts["PD"])

        def book(number, resource=resource):
            hours = during(MONDAY, f"{9 + number % 3:02d}:00", "12:30")
            session = ClassSession(training_class=classes[number], title="课", during=hours, **{what: resource})
            return save_session(session, actor=actor)

        results = race(WIDTH, book)
        refusals = [one for one in results if isinstance(one, ValidationError)]
        assert [one.code for one in refusals] == [f"{what}_taken"] * (WIDTH - 1), results
        assert ClassSession.objects.filter(**{what: resource}).count() == 1


def test_two_rooms_booked_crosswise_do_not_wait_for_each_other(districts):
    """Each of six wants room and instructor in another order of typing; nobody is thrown out by the database."""
    rooms, teachers = ([make(districts["PD"]) for _ in range(2)] for make in (make_venue, make_instructor))
    classes, actor = [make_class(districts["PD"]) for _ in range(6)], factory.make_user()

    def book(number):
        pair = {"venue": rooms[number % 2], "instructor": teachers[(number + 1) % 2]}
        session = ClassSession(training_class=classes[number], title="课", during=during(), **pair)
        return save_session(session, actor=actor)

    results = race(6, book)
    assert sum(isinstance(one, ClassSession) for one in results) == 2
    assert sum(isinstance(one, ValidationError) for one in results) == 4
