"""Rounds of selection: who may be named, who may judge, and what a decision needs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from instructors.pool.models import Instructor, Nomination
from instructors.pool.services.appointments import approve_appointment
from instructors.pool.services.board import build_board
from instructors.pool.services.selection import (
    Profile,
    arrange_trial,
    close_round,
    nominate,
    start_reviews,
    target_for,
    withdraw,
)
from instructors.pool.services.trials import fail_nomination, offer_for, pass_nomination, score_trial
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.pool.factory import RUBRIC, make_nomination, make_round, make_trial, refused

pytestmark = pytest.mark.django_db
PROFILE = Profile("多年办案")


@pytest.fixture
def office(rules, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def row(office, districts):
    return make_round(districts["PD"], made_by=office)


def arrange(nomination, office, *reviewers):
    return arrange_trial(
        nomination, actor=office, reviewers=list(reviewers), at=timezone.now(), title="执法文书", place="一号教室"
    )


def test_targets_come_from_the_rule(rules, city, districts):
    today = timezone.localdate()
    asked = [target_for(city, "CITY", today), target_for(districts["PD"], "DISTRICT", today)]
    assert [*asked, target_for(districts["PD"], "TEAM", today)] == [20, 5, 2]


def test_who_may_be_named(row, office, districts):
    own, foreign = factory.make_officer(districts["PD-01"]), factory.make_officer(districts["XH-01"])
    assert nominate(row, own, PROFILE, actor=own.user).source == "SELF"
    assert refused(nominate, row, own, PROFILE, actor=office) == "already_nominated"
    assert refused(nominate, row, foreign, PROFILE, actor=office) == "outside_unit"
    held = make_instructor(districts["PD"], level="DISTRICT").officer
    assert refused(nominate, row, held, PROFILE, actor=office) == "already_appointed"
    row.closes_on = timezone.localdate() - timedelta(days=1)
    row.save()
    assert refused(nominate, row, factory.make_officer(districts["PD"]), PROFILE, actor=office) == "closed"


def test_nobody_judges_himself_or_his_own_unit(row, office, city, districts):
    officer = factory.make_officer(districts["PD-01"])
    nomination = make_nomination(row, officer)
    neighbour, other = factory.make_officer(districts["PD-01"]).user, factory.make_officer(districts["PD-02"]).user
    outsider = factory.make_officer(districts["XH-01"]).user
    assert refused(arrange, nomination, office, officer.user, other) == "oneself"
    assert refused(arrange, nomination, office, neighbour, other) == "own_unit"
    assert refused(arrange, nomination, office, other) == "too_few_reviewers"
    assert arrange(nomination, office, other, outsider).state == "TRIAL"
    of_city = make_nomination(make_round(city, level="CITY"), officer)
    assert refused(arrange, of_city, office, other, outsider) == "own_unit"


def test_a_mark_is_given_once_by_whom_was_asked_within_the_rubric(row, office):
    nomination = make_nomination(row)
    (sheet,) = make_trial(nomination, None)
    assert refused(score_trial, sheet, RUBRIC, actor=office) == "not_asked"
    assert refused(score_trial, sheet, RUBRIC | {"rubric_content": 31}, actor=sheet.reviewer) == "mark_range"
    assert score_trial(sheet, RUBRIC, actor=sheet.reviewer).total == 88
    assert refused(score_trial, sheet, RUBRIC, actor=sheet.reviewer) == "already_scored"


@pytest.mark.parametrize(
    ("totals", "code"),
    [([90, None], "unscored"), ([79, 80], "below_pass"), ([100, 84], "gap"), ([], "too_few")],
)
def test_a_decision_needs_complete_close_and_good_marks(totals, code, row, office):
    nomination = make_nomination(row)
    make_trial(nomination, *totals)
    offer = offer_for(nomination, timezone.localdate())
    assert refused(pass_nomination, nomination, actor=office, offer=offer) == code
    assert not Instructor.objects.exists()


def test_a_third_reviewer_settles_a_gap(row, office):
    nomination = make_nomination(row)
    make_trial(nomination, 100, 84, 90)
    assert pass_nomination(nomination, actor=office, offer=offer_for(nomination, timezone.localdate())).appointment


def test_whoever_passed_him_does_not_appoint_him(row, office):
    nomination = make_nomination(row)
    make_trial(nomination, 90, 84)
    held = pass_nomination(nomination, actor=office, offer=offer_for(nomination, timezone.localdate())).appointment
    today = timezone.localdate()
    assert held.until_on == today.replace(year=today.year + 3) - timedelta(days=1)
    assert refused(approve_appointment, held, actor=office) == "same_person"
    assert refused(approve_appointment, held, actor=nomination.officer.user) == "oneself"
    assert not held.instructor.is_active_on(today)
    approve_appointment(held, actor=factory.make_user())
    assert held.instructor.is_active_on(today)


def test_a_round_ends_only_with_everybody_decided(row, office):
    assert refused(start_reviews, row, actor=office) == "nobody"
    first, second = make_nomination(row), make_nomination(row)
    start_reviews(row, actor=office)
    make_trial(first, 60, 65)
    assert refused(close_round, row, actor=office) == "undecided"
    fail_nomination(first, actor=office, reason="准备不足")
    withdraw(second, actor=second.officer.user)
    assert close_round(row, actor=office).state == "CLOSED"
    assert refused(withdraw, first, actor=first.officer.user) == "decided"
    assert set(Nomination.objects.values_list("state", flat=True)) == {"FAILED", "WITHDRAWN"}


def test_the_board_counts_people_newly_appointed_this_year(rules, city, districts):
    today = timezone.localdate()
    for _ in range(6):
        make_instructor(districts["PD"], level="DISTRICT", from_on=today)
    make_instructor(districts["PD-01"], level="PRACTICE", from_on=today)
    make_instructor(districts["PD"], level="PRACTICE", from_on=today.replace(year=today.year - 1))
    for _ in range(3):
        make_instructor(city, level="CITY", from_on=today)
    board = build_board(factory.make_staff("CITY_OFFICE", city), today.year)
    assert (board.city.actual, board.city.missing, board.met) == (3, 17, 0)
    found = {place.unit.code: [(goal.actual, goal.missing) for goal in place.goals] for place in board.places}
    assert found == {"PD": [(6, 0), (1, 4)], "XH": [(0, 5), (0, 5)]}
    own = build_board(factory.make_staff("DISTRICT_OFFICE", districts["XH"]), today.year)
    assert (own.city, [place.unit.code for place in own.places]) == (None, ["XH"])
