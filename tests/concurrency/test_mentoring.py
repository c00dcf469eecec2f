"""Offices pair people off, and reviewers sit down to score, in the same moment: no more than the rule allows."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from instructors.mentorship.models import Mentorship
from instructors.mentorship.services.agreements import draft_mentorship
from instructors.studios.services.reviews import score_review, sheet_of
from tests import factory
from tests.concurrency.race import race
from tests.instructors.studios.factory import make_review, make_studio

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH = 8


@pytest.fixture(autouse=True)
def _rules(db):
    call_command("load_rules", verbosity=0)


def codes(results) -> list[str]:
    return [one.error_list[0].code for one in results if isinstance(one, ValidationError)]


def draft(mentor, apprentice, actor):
    today = timezone.localdate()
    row = Mentorship(
        mentor=mentor, apprentice=apprentice, goals="目标", agreement="协议", from_on=today,
        until_on=today + timedelta(days=90),
    )  # fmt: skip
    return draft_mentorship(row, actor=actor)


def test_a_mentor_gets_no_more_than_the_rule_allows(districts):
    mentor, actor = factory.make_officer(districts["PD-01"]), factory.make_user()
    apprentices = [factory.make_officer(districts["PD-02"]) for _ in range(WIDTH)]
    results = race(WIDTH, lambda number: draft(mentor, apprentices[number], actor))
    assert codes(results) == ["mentor_full"] * (WIDTH - 3), results
    assert Mentorship.objects.filter(mentor=mentor).count() == 3


def test_an_apprentice_gets_one_mentor(districts):
    apprentice, actor = factory.make_officer(districts["PD-01"]), factory.make_user()
    mentors = [factory.make_officer(districts["PD-02"]) for _ in range(WIDTH)]
    results = race(WIDTH, lambda number: draft(mentors[number], apprentice, actor))
    assert codes(results) == ["has_mentor"] * (WIDTH - 1), results
    assert Mentorship.objects.count() == 1


def test_a_review_has_two_sheets(districts):
    review = make_review(make_studio(districts["PD"]))
    reviewers = [factory.make_user() for _ in range(WIDTH)]
    scores = {item.key: 10 for item in sheet_of(review).items}
    results = race(WIDTH, lambda number: score_review(review, scores, {}, actor=reviewers[number], comment="好"))
    assert codes(results) == ["enough_reviewers"] * (WIDTH - 2), results
    assert review.sheets.count() == 2
