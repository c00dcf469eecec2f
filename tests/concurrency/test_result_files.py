"""Two who take in one file: one does, the other is told, and nothing happens twice."""

import pytest
from django.core.exceptions import ValidationError

from exams.licences.exchange import digest
from exams.licences.models import EnforcementCertificate, ResultFile, Submission, Transition
from exams.licences.services.dispatching import dispatch, fingerprint, ready
from exams.licences.services.importing import look_at, take_in
from lms.people.access import Role
from tests import factory
from tests.concurrency.race import race
from tests.exams.licences.exchange import issued, make_ready, table

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def office(access, rules, city, districts):
    return factory.make_staff(Role.CITY_OFFICE, city)


def test_one_file_taken_in_by_several_at_once(office, districts):
    applications = make_ready(districts["PD-01"], 3)
    dispatch(office, expected=fingerprint(ready(office)))
    data = table(*(issued(one, f"测试A{one.pk:04d}") for one in applications))
    shown = look_at(data, "results.csv", digest(data), actor=office).fingerprint

    outcomes = race(4, lambda number: take_in(data, "results.csv", digest(data), actor=office, expected=shown))
    assert sum(isinstance(one, ResultFile) for one in outcomes) == 1
    refused = [one for one in outcomes if not isinstance(one, ResultFile)]
    assert [type(one) for one in refused] == [ValidationError] * 3
    assert {one.code for one in refused} == {"already_taken_in"}
    assert ResultFile.objects.get().lines.count() == 3
    assert EnforcementCertificate.objects.filter(state="ISSUED").count() == 3
    assert Transition.objects.filter(verb="issue").count() == 3


def test_one_desk_sent_by_several_at_once(office, districts):
    make_ready(districts["PD-01"], 3)
    shown = fingerprint(ready(office))
    outcomes = race(4, lambda number: dispatch(office, expected=shown))
    assert sum(isinstance(one, Submission) for one in outcomes) == 1
    assert {one.code for one in outcomes if isinstance(one, ValidationError)} == {"nobody"}
    assert Submission.objects.get().lines.count() == 3
