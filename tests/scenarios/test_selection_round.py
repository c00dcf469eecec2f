"""A selection round from nomination to exit: six put forward, five appointed, one year below, the next one out."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from instructors.pool.models import Appointment, Instructor, Nomination, YearReview
from instructors.pool.services.appointments import approve_appointment
from instructors.pool.services.board import build_board
from instructors.pool.services.reviews import decide_below, start_reviews
from instructors.pool.services.selection import Profile, arrange_trial, close_round, nominate
from instructors.pool.services.selection import start_reviews as start_trials
from instructors.pool.services.teaching import deposit_teaching
from instructors.pool.services.trials import fail_nomination, offer_for, pass_nomination, score_trial
from lms.jobs.models import Job
from lms.jobs.running import run_job
from tests import factory
from tests.instructors.pool.factory import make_round, refused

pytestmark = pytest.mark.django_db
MARKS = {"rubric_content": 26, "rubric_practice": 22, "rubric_delivery": 22, "rubric_material": 16}
POOR = {"rubric_content": 15, "rubric_practice": 14, "rubric_delivery": 15, "rubric_material": 12}


@pytest.fixture
def offices(rules, districts):
    """Who runs the round, and the second person of the same office."""
    return [factory.make_staff("DISTRICT_OFFICE", districts["PD"]) for _ in range(2)]


def teach(instructor, year, times):
    for number in range(times):
        on = date(year, 2, 1) + timedelta(days=7 * number)
        deposit_teaching(instructor, f"t:{instructor.pk}:{on}", on=on, title=f"课{number}", hours=Decimal(2))


def test_from_nomination_to_exit(offices, districts):
    maker, checker = offices
    reviewers = [factory.make_officer(districts["PD-02"]).user for _ in range(2)]
    with time_machine.travel(datetime(2026, 1, 12, 1, tzinfo=UTC), tick=False):
        row = make_round(districts["PD"], year=2026, closes_on=date(2026, 1, 31), made_by=maker)
        people = [factory.make_officer(districts["PD-01"]) for _ in range(6)]
        named = [nominate(row, one, Profile("办案十年"), actor=one.user) for one in people]
        start_trials(row, actor=maker)
        for number, one in enumerate(named):
            arrange_trial(one, actor=maker, reviewers=reviewers, at=timezone.now(), title="执法文书", place="一号教室")
            for sheet in one.reviews.all():
                score_trial(sheet, POOR if number == 5 else MARKS, actor=sheet.reviewer)
        for one in named[:5]:
            offer = offer_for(one, date(2026, 2, 1))
            approve_appointment(pass_nomination(one, actor=maker, offer=offer).appointment, actor=checker)
        assert refused(pass_nomination, named[5], actor=maker, offer=offer) == "below_pass"
        fail_nomination(named[5], actor=maker, reason="平均56分，低于80分")
        close_round(row, actor=maker)
    states = Nomination.objects.filter(round=row).values_list("state", flat=True)
    assert sorted(states) == ["FAILED", *["PASSED"] * 5]
    place = build_board(maker, 2026).places[0]
    assert [(goal.actual, goal.target, goal.missing) for goal in place.goals] == [(5, 5, 0), (0, 5, 5)]
    assert {held.until_on for held in Appointment.objects.all()} == {date(2029, 1, 31)}

    good, poor = (Instructor.objects.get(officer=people[number]) for number in (0, 1))
    for year in (2026, 2027, 2028):
        teach(good, year, 4)
    teach(poor, 2026, 1)
    found = [year_of(year, maker, districts["PD"]) for year in (2026, 2027)]
    assert [result["不达标，待决定"] for result in found] == [4, 4]
    first, second = poor.year_reviews.order_by("year")
    assert (first.lectures, first.hours, first.years_below, second.years_below) == (1, 2, 1, 2)
    with time_machine.travel(datetime(2028, 1, 10, 1, tzinfo=UTC), tick=False):
        assert refused(decide_below, first, actor=maker, decision="EXITED", note="") == "too_early_to_exit"
        decide_below(first, actor=maker, decision="WARNED", note="请补足授课")
        decide_below(second, actor=maker, decision="EXITED", note="连续两年")
        assert not poor.is_active_on(date(2028, 1, 11))
        held = poor.appointments.get()
        assert (held.end_reason, held.until_on) == ("BELOW", date(2028, 1, 10))
    year_of(2028, maker, districts["PD"])
    kept = good.year_reviews.order_by("year").values_list("decision", flat=True)
    assert list(kept) == ["KEPT", "KEPT", "RENEWED"]
    assert sorted(one.until_on for one in good.appointments.all()) == [date(2029, 1, 31), date(2032, 1, 31)]
    assert not YearReview.objects.filter(instructor=poor, year=2028).exists()


def year_of(year, actor, unit) -> dict:
    """The review of a year, run in its December, as the worker would."""
    with time_machine.travel(datetime(year, 12, 20, 1, tzinfo=UTC), tick=False):
        job = start_reviews(year, unit, actor=actor)
        run_job(job.pk)
        job = Job.objects.get(pk=job.pk)
        assert job.state == Job.State.DONE, job.failure
        return job.result
