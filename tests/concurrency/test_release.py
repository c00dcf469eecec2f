"""Release against a late mark, two releases, two appeals: one wins, the other is refused, nothing is lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.marking.models import Script
from exams.marking.services.handing import hand_out
from exams.marking.services.marking import undo
from exams.results.models import ExamAppeal, Finding
from exams.results.services.appeals import file_appeal
from exams.results.services.deciding import accept, decide_marks
from exams.results.services.releasing import carry_out, propose_release
from exams.results.services.voiding import propose_voiding, void_exam
from exams.sittings.models import Outcome
from lms.ledger.models import Entry
from tests import factory
from tests.concurrency.race import race
from tests.exams.marking.factory import assignment_of, give, in_second, make_markers
from tests.exams.results.factory import attempts_of, release, sat

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)


def codes(results) -> list[str]:
    return sorted(one.error_list[0].code for one in results if isinstance(one, ValidationError))


def test_two_who_carry_it_out(access, rules, districts):
    exam = sat(districts["PD"], (16, 4))
    proposed = propose_release(exam, list(exam.sittings.all()), actor=factory.make_user(), feedback="TOTAL")
    people = [factory.make_user() for _ in range(4)]
    results = race(4, lambda number: carry_out(proposed, actor=people[number]))
    assert codes(results) == ["already_checked"] * 3
    assert (Outcome.objects.count(), Entry.objects.count()) == (2, 1)


@pytest.fixture
def last_mark(access, rules, districts):
    """(exam, the second mark of its only script, whose it is): one save from being finished, or just finished."""
    task, _ = in_second(districts["PD"], 1, total=40, markers=make_markers(districts["PD"], 2))
    task.exam.sittings.update(opens_at=timezone.now() - timedelta(hours=4), closes_at=timezone.now())
    script = Script.objects.get()
    assignment = assignment_of(script, 2)
    hand_out(task, assignment.marker)
    return task.exam, assignment_of(script, 2), assignment.marker


@pytest.mark.parametrize("turn", range(3))
def test_against_a_late_mark(turn, last_mark):
    """The last mark comes while somebody proposes the release: it was there before, or nothing is released."""
    exam, assignment, marker = last_mark

    def act(number):
        if number:
            return give(assignment, marker, 40)
        return release(exam)

    released, saved = race(2, act)
    assert saved.kind == "stored"
    if isinstance(released, ValidationError):
        assert codes([released]) == ["unmarked"]
        assert not Outcome.objects.exists()
    else:
        assert Outcome.objects.get().by_hand == 40


@pytest.mark.parametrize("turn", range(3))
def test_against_the_undoing_of_a_mark(turn, last_mark):
    """Either the script is open again and nothing is released, or it is released and stays as it was."""
    exam, assignment, marker = last_mark
    give(assignment, marker, 40)
    proposed = propose_release(exam, list(exam.sittings.all()), actor=factory.make_user(), feedback="TOTAL")
    second = factory.make_user()

    def act(number):
        return undo(assignment, actor=marker) if number else carry_out(proposed, actor=second)

    released, undone = race(2, act)
    script = Script.objects.get()
    if isinstance(released, ValidationError):
        assert (codes([released]), isinstance(undone, Exception), script.final) == (["unmarked"], False, None)
        assert not Outcome.objects.exists()
    else:
        assert codes([undone]) == ["moved_on"]
        assert (script.final, Outcome.objects.get().by_hand) == (40, 40)


def test_one_appeal_decided_by_two(access, rules, districts):
    exam = sat(districts["PD"], (8,))
    release(exam)
    attempt, handler = attempts_of(exam)[0], factory.make_user()
    appeal = ExamAppeal(attempt=attempt, kind="ARITHMETIC", text="x")
    appeal = file_appeal(appeal, actor=attempt.candidate.officer.user, accepts_lower=True)
    accept(appeal, actor=handler)

    def act(number):
        return decide_marks(appeal, [Finding(slot=8, is_by_hand=False, marks=number)], actor=handler, reply="x")

    results = race(3, act)
    assert codes(results) == ["wrong_state"] * 2
    assert Outcome.objects.filter(attempt=attempt).count() <= 2


def test_an_appeal_against_a_voiding(access, rules, districts):
    exam = sat(districts["PD"], (8, 16))
    release(exam)
    attempt, handler = attempts_of(exam)[0], factory.make_user()
    appeal = ExamAppeal(attempt=attempt, kind="ARITHMETIC", text="x")
    appeal = file_appeal(appeal, actor=attempt.candidate.officer.user, accepts_lower=True)
    accept(appeal, actor=handler)
    proposed, second = propose_voiding(exam, actor=factory.make_user(), reason="泄题"), factory.make_user()

    def act(number):
        if number:
            return void_exam(proposed, actor=second)
        return decide_marks(appeal, [Finding(slot=8, is_by_hand=False, marks=2)], actor=handler, reply="x")

    decided, voided = race(2, act)
    assert not isinstance(voided, Exception), voided
    assert not isinstance(decided, Exception) or codes([decided]) == ["void"]
    assert all(one.is_void for one in Outcome.objects.latest())
    assert not Entry.objects.standing().exists()
