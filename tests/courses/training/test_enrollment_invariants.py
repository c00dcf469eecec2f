"""Each invariant of classes names the row that breaks it, and none where nothing does."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from courses.training import invariants
from lms.ledger.invariants import INVARIANTS, evidence_exists
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment
from tests.courses.training.test_enrollment import make_item
from tests.rows import make_entry

pytestmark = pytest.mark.django_db


def broken() -> set:
    return {invariant.__name__ for invariant in invariants.INVARIANTS if invariant()}


@pytest.fixture
def team(districts):
    return districts["PD-01"]


def test_the_audit_asks_them(team):
    assert set(invariants.INVARIANTS) <= set(INVARIANTS)
    assert broken() == set()


def test_too_many_seats(team):
    training_class = make_class(team, capacity=1)
    make_enrollment(training_class)
    assert broken() == set()
    make_enrollment(training_class, state="PASSED")
    assert broken() == {"seats_within_capacity", "seats_within_quotas"}


def test_too_many_of_a_unit(team, districts, city):
    training_class = make_class(city, capacity=3)
    training_class.quotas.create(unit=districts["PD"], seats=1)
    make_enrollment(training_class, factory.make_officer(team))
    for _ in range(2):
        make_enrollment(training_class, factory.make_officer(districts["XH-01"]))
    assert broken() == set()
    training_class.quotas.create(unit=districts["XH-01"], seats=1)
    assert broken() == {"seats_within_quotas"}


def test_shared_seats_are_what_is_not_given(team, districts, city):
    training_class = make_class(city, capacity=2)
    training_class.quotas.create(unit=districts["PD"], seats=2)
    make_enrollment(training_class, factory.make_officer(districts["XH-01"]))
    assert broken() == {"seats_within_quotas"}


@pytest.mark.parametrize(
    ("waited", "is_wrong"), [(None, True), (timedelta(minutes=1), True), (timedelta(minutes=-1), False)]
)
def test_somebody_was_passed(team, waited, is_wrong):
    training_class, now = make_class(team), timezone.now()
    make_enrollment(training_class, state="WAITLISTED", waitlisted_at=now)
    make_enrollment(training_class, decided_at=now - timedelta(days=1))
    assert broken() == set()
    begun: datetime | None = None if waited is None else now + waited
    make_enrollment(training_class, decided_at=now + timedelta(hours=1), waitlisted_at=begun)
    assert broken() == ({"queue_in_order"} if is_wrong else set())


def test_two_dates_of_one_item(team):
    item, officer = make_item(team), factory.make_officer(team)
    make_enrollment(make_class(team, plan_item=item), officer, state="WAITLISTED")
    make_enrollment(make_class(team, plan_item=item, stage="PRACTICE"), officer)
    make_enrollment(make_class(team, plan_item=item), officer, state="WITHDRAWN")
    assert broken() == set()
    make_enrollment(make_class(team, plan_item=item), officer, state="PENDING")
    assert broken() == {"one_date_each"}


def forge(evidence: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE ledger_entry SET evidence = %s", [evidence])
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")


def test_a_meeting_in_the_book(rules, team):
    row = make_enrollment(make_class(team))
    make_entry(team)
    forge(f"{row.evidence_key}:assessment")
    assert evidence_exists() is None
    forge(row.evidence_key)
    assert (evidence_exists(), broken()) == (None, set())
    meeting = make_enrollment(make_class(team, event_type="MEETING"))
    forge(meeting.evidence_key)
    assert broken() == {"meetings_post_nothing"}
    forge("courses.training.enrollment:0")
    assert evidence_exists()
