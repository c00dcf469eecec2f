"""Two approvers on one class; two classes that overlap for the same people."""

import pytest
from django.core.exceptions import ValidationError

from courses.training.services.completion import check_class
from courses.training.services.posting import post_class
from lms.ledger.models import Entry
from tests import factory
from tests.concurrency.race import race
from tests.courses.training.ended import call_roll, make_ended_class
from tests.courses.training.factory import make_class, make_enrollment, make_session

pytestmark = pytest.mark.django_db(transaction=True)
REPEATS = 10


def checked(row):
    check_class(row, actor=factory.make_user())
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_two_approvers_post_once(repeat, rules, districts):
    row = checked(make_ended_class(districts["PD"], people=4, sessions=2))
    approvers = [factory.make_user() for _ in range(2)]
    results = race(2, lambda number: post_class(row, actor=approvers[number]))
    refused = [one for one in results if isinstance(one, ValidationError)]
    assert [one.code for one in refused] == ["already_posted"]
    assert Entry.objects.count() == 8


@pytest.mark.parametrize("repeat", range(REPEATS))
def test_two_classes_at_the_same_time_count_once(repeat, rules, districts):
    one = make_ended_class(districts["PD"], people=3, sessions=1)
    other = make_class(districts["PD"], state="READY")
    make_session(other)
    for enrollment in one.enrollments.select_related("officer"):
        make_enrollment(other, enrollment.officer)
    call_roll(other)
    rows = [checked(one), checked(other)]
    results = race(2, lambda number: post_class(rows[number], actor=factory.make_user()))
    assert not [found for found in results if isinstance(found, Exception)]
    assert Entry.objects.count() == 3
