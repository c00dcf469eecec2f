"""Who may be paired, who signs when, and what a mentorship is on a day."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from instructors.mentorship.invariants import credit_of_the_completed
from instructors.mentorship.models import Mentorship
from instructors.mentorship.services.agreements import (
    begin,
    change_mentorship,
    draft_mentorship,
    sign_agreement,
    sign_for_office,
)
from instructors.mentorship.services.completion import assess, complete
from instructors.mentorship.services.phases import close_phase, sign_phase
from instructors.mentorship.terms import stretches
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.mentorship.factory import fill, make_assessed, make_mentorship, sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def code_of(service, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        service(*args, **kwargs)
    return refusal.value.error_list[0].code


def draft(mentor, apprentice):
    today = timezone.localdate()
    row = Mentorship(
        mentor=mentor, apprentice=apprentice, goals="目标", agreement="协议", from_on=today,
        until_on=today + timedelta(days=180),
    )  # fmt: skip
    return draft_mentorship(row, actor=factory.make_user())


def test_who_may_be_paired(districts):
    unit = districts["PD-01"]
    mentor, apprentice = factory.make_officer(unit), factory.make_officer(districts["PD-02"])
    assert code_of(draft, mentor, mentor) == "same_person"
    assert code_of(draft, factory.make_officer(unit, status="PROBATION"), apprentice) == "mentor_on_probation"
    assert code_of(draft, factory.make_officer(unit, status="RETIRED"), apprentice) == "not_serving"
    assert code_of(draft, factory.make_officer(districts["XH-01"]), apprentice) == "other_tree"
    row = draft(mentor, apprentice)
    assert (row.unit, row.instructor, row.phases.count()) == (apprentice.unit, None, 3)
    assert code_of(draft, mentor, apprentice) == "has_mentor"
    for _ in range(2):
        draft(mentor, factory.make_officer(unit))
    assert code_of(draft, mentor, factory.make_officer(unit)) == "mentor_full"


def test_an_instructor_mentors_under_his_appointment(districts):
    instructor = make_instructor(districts["PD-01"], level="TEAM")
    assert draft(instructor.officer, factory.make_officer(districts["PD-01"])).instructor == instructor


def test_one_at_a_time_by_constraint(districts):
    apprentice = factory.make_officer(districts["PD-01"])
    over = [
        make_mentorship(districts["PD-01"], apprentice=apprentice, state=state) for state in ("COMPLETED", "TERMINATED")
    ]
    make_mentorship(districts["PD-01"], apprentice=apprentice)
    assert len(over) == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        make_mentorship(districts["PD-01"], apprentice=apprentice, state="ACTIVE")


def test_the_office_signs_last_and_never_for_itself(districts):
    row = make_mentorship(districts["PD-01"], from_on=timezone.localdate() + timedelta(days=1))
    office = factory.make_user()
    assert code_of(sign_for_office, row, actor=office) == "not_signed_by_both"
    with pytest.raises(PermissionDenied):
        sign_agreement(row, actor=office)
    sign_agreement(row, actor=row.mentor.user)
    assert code_of(sign_agreement, row, actor=row.mentor.user) == "already_signed"
    assert code_of(change_mentorship, row, actor=office) == "signed"
    sign_agreement(row, actor=row.apprentice.user)
    assert code_of(sign_for_office, row, actor=row.mentor.user) == "own_mentorship"
    sign_for_office(row, actor=office)
    assert code_of(sign_for_office, row, actor=office) == "wrong_state"
    assert code_of(begin, row, actor=row.mentor.user) == "too_early"
    with pytest.raises(PermissionDenied):
        begin(row, actor=row.apprentice.user)


def test_active_on_has_one_definition(districts):
    """Every kind of beginning and end × days around them: queryset and property agree, and are right."""
    day = date(2026, 6, 15)
    terms = [(day - timedelta(days=a), day + timedelta(days=b)) for a in (-1, 0, 1) for b in (2, 3)]
    rows = [
        make_mentorship(districts["PD-01"], state=state, from_on=begin, until_on=end, ended_on=ended)
        for begin, end in terms
        for state, ended in (("PROPOSED", None), ("ACTIVE", None), ("COMPLETED", day), ("COMPLETED", day + timedelta(days=1)))
    ]  # fmt: skip
    for offset in range(-2, 5):
        on = day + timedelta(days=offset)
        active = set(Mentorship.objects.active_on(on))
        for row in rows:
            expected = (
                row.state != "PROPOSED"
                and row.from_on <= on <= row.until_on
                and not (row.ended_on and on >= row.ended_on)
            )
            assert (row in active) == row.is_active_on(on) == expected


def test_a_term_is_cut_without_gaps():
    parts = stretches(date(2026, 1, 1), date(2026, 12, 31), 3)
    assert parts[0][0] == date(2026, 1, 1)
    assert parts[-1][1] == date(2026, 12, 31)
    assert all(after[0] - before[1] == timedelta(days=1) for before, after in pairwise(parts))


def test_a_phase_needs_its_records_and_its_turn(districts):
    row = make_mentorship(districts["PD-01"], state="ACTIVE")
    first, second, _ = row.phases.all()
    mentor, office = row.mentor.user, factory.make_user()
    assert code_of(sign_phase, first, "", actor=mentor) == "too_few_logs"
    fill(first, logs=3)
    first.observations.all().delete()
    assert code_of(sign_phase, first, "", actor=mentor) == "too_few_sheets"
    fill(second)
    assert code_of(sign_phase, second, "", actor=mentor) == "not_current"
    assert code_of(assess, row, actor=office, result="PASSED", opinion="好") == "phases_open"


def test_the_office_closes_a_phase_after_both(districts):
    row = make_mentorship(districts["PD-01"], state="ACTIVE")
    phase, office = row.phases.first(), factory.make_user()
    fill(phase)
    sign(row, phase, sides=["MENTOR"])
    assert code_of(close_phase, phase, actor=office) == "not_signed_by_both"
    sign_phase(phase, "", actor=row.apprentice.user)
    assert code_of(close_phase, phase, actor=row.apprentice.user) == "own_mentorship"
    assert close_phase(phase, actor=office).closed_at


def test_two_persons_end_it(districts):
    row = make_assessed(districts["PD-01"])
    assert code_of(complete, row, actor=row.assessed_by) == "same_person"
    assert code_of(complete, row, actor=row.mentor.user) == "own_mentorship"
    row.result = "FAILED"
    row.save()
    assert code_of(complete, row, actor=factory.make_user()) == "not_passed"
    assess(row, actor=factory.make_user(), result="PASSED", opinion="补考合格")
    complete(row, actor=factory.make_user())
    assert code_of(complete, row, actor=factory.make_user()) == "already_completed"
    assert credit_of_the_completed() is None
    Mentorship.objects.update(state="ACTIVE")
    assert credit_of_the_completed().startswith("ledger.entry:")
