"""Two people of the city who send reviewers in the same moment."""

import pytest
from django.core.exceptions import ValidationError

from instructors.bases.services.scoring import assign_reviewers
from lms.people.access import Role
from tests import factory
from tests.concurrency.race import race
from tests.instructors.bases.factory import make_review, make_reviewer

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH = 6


def test_never_more_than_two_reviewers(access, rules, districts, city):
    review = make_review(districts["PD-01"], state="SCORING")
    office = factory.make_staff(Role.CITY_OFFICE, city)
    people = [make_reviewer(districts["XH-01"]) for _ in range(WIDTH)]
    found = race(WIDTH, lambda number: assign_reviewers(review, [people[number]], actor=office))
    refused = [one for one in found if isinstance(one, ValidationError)]
    assert review.sheets.count() == 2
    assert {one.code for one in refused} == {"two_reviewers"}
    assert len(refused) == WIDTH - 2
