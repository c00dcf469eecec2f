"""Two reviewers on one application: one decides, the other is told; one person applies once."""

import pytest
from django.core.exceptions import ValidationError

from exams.licences.models import Application, EnforcementCertificate
from exams.licences.services.applying import Wish, apply
from exams.licences.services.reviewing import return_application, review
from tests import factory
from tests.concurrency.race import race
from tests.exams.licences.factory import make_application, make_fit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(rules, districts):
    return districts["PD-01"]


def codes(results) -> list[str]:
    assert all(isinstance(one, Application | ValidationError) for one in results), results
    return sorted(one.code for one in results if isinstance(one, ValidationError))


def test_two_reviewers_one_decision(team):
    application, reviewers = make_application(team), [factory.make_user() for _ in range(4)]
    results = race(4, lambda number: review(application, actor=reviewers[number]))
    assert codes(results) == ["not_allowed"] * 3
    row = Application.objects.get()
    [winner] = [number for number, one in enumerate(results) if isinstance(one, Application)]
    assert (row.state, row.unit_reviewed_by) == ("UNIT_REVIEWED", reviewers[winner])
    assert row.certificate.transitions.filter(verb="review").count() == 1


def test_one_passes_while_another_sends_back(team):
    application, reviewers = make_application(team), [factory.make_user() for _ in range(4)]

    def act(number):
        if number % 2:
            return return_application(application, actor=reviewers[number], fault="DATA", desk="APPLIED")
        return review(application, actor=reviewers[number])

    assert codes(race(4, act)) == ["not_allowed"] * 3
    row = Application.objects.get()
    assert (row.state, row.certificate.state) in (("UNIT_REVIEWED", "UNIT_REVIEWED"), ("RETURNED", "ELIGIBLE"))


def test_one_officer_applies_once(team):
    [officer] = make_fit(team)
    actors = [factory.make_user() for _ in range(4)]
    results = race(4, lambda number: apply(officer, Wish("测试区"), actor=actors[number]))
    assert codes(results) == ["under_way"] * 3
    assert Application.objects.count() == EnforcementCertificate.objects.count() == 1
