"""Scripts without names, made once; an empty answer is decided from the start."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from exams.marking.models import Script
from exams.marking.rubric import full_marks, lines_of, total_of
from exams.marking.services.finals import by_hand, unmarked, unprepared
from exams.marking.services.ordering import order_scripts
from exams.marking.services.preparing import make_scripts, waiting
from exams.marking.services.terms import terms_today, told
from lms.jobs.running import run_job
from tests import factory
from tests.exams.bank.samples import case, short_answer, single
from tests.exams.marking.factory import essay, hand_in, make_written_exam, prepared, written
from tests.exams.sittings.factory import make_attempt, make_exam, make_sitting

pytestmark = pytest.mark.django_db
TWO = (("short_answer", 1, 50), ("case", 1, 20))


def test_one_script_for_each_question_that_people_mark(rules, districts):
    exam = make_written_exam(districts["PD"], cells=TWO)
    attempt = hand_in(make_attempt(make_sitting(exam)), {1: "立案、调查。", 2: {"1": "b", "2": "告知、决定。"}})
    assert list(unprepared(exam)) == [attempt]
    tasks = prepared(exam)
    assert [(one.title, one.full) for one in tasks] == [("简答题", 50), ("案例分析题", 12)]
    scripts = exam.scripts.order_by("slot")
    assert [(one.full, one.state, one.final) for one in scripts] == [(50, "WAITING", None), (12, "WAITING", None)]
    assert not unprepared(exam).exists()
    assert unmarked(exam).count() == 2
    assert attempt.scores.count() == 1, "machines mark their part at the latest now"


def test_again_makes_only_what_is_new(rules, districts):
    exam = written(districts["PD"], 2)
    prepared(exam)
    codes = set(exam.scripts.values_list("code", flat=True))
    hand_in(make_attempt(exam.sittings.get()))
    assert make_scripts(exam, list(waiting(exam))) == 1
    assert make_scripts(exam, list(waiting(exam))) == 0
    assert codes < set(exam.scripts.values_list("code", flat=True))
    assert len(set(exam.scripts.values_list("code", flat=True))) == 3


@pytest.mark.parametrize("answer", [None, "", "  \n　", 7])
def test_what_is_empty_is_nothing_at_once(answer, rules, districts):
    exam = written(districts["PD"], 1, answers={1: answer} if answer is not None else {})
    prepared(exam)
    script = exam.scripts.get()
    assert (script.final, script.cause, script.state) == (0, "BLANK", "FINAL")
    assert by_hand(exam) == {script.attempt_id: Decimal(0)}
    assert not unmarked(exam).exists()


def test_nothing_of_a_code_follows_from_whose_it_is(rules, districts):
    exam = written(districts["PD"], 12)
    prepared(exam)
    attempts = list(exam.scripts.order_by("code").values_list("attempt", flat=True))
    rows = list(exam.scripts.order_by("pk").values_list("attempt", flat=True))
    assert attempts != sorted(attempts)
    assert rows != sorted(rows)


def test_a_job_makes_them(rules, districts):
    exam = written(districts["PD"], 3)
    job = order_scripts(exam, actor=factory.make_user())
    assert order_scripts(exam, actor=factory.make_user()) == job
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == "DONE", job.failure
    assert exam.scripts.count() == 3
    with pytest.raises(ValidationError) as refusal:
        order_scripts(exam, actor=factory.make_user())
    assert refusal.value.code == "nobody"


def test_an_exam_of_machines_needs_no_markers(rules, districts):
    with pytest.raises(ValidationError) as refusal:
        order_scripts(make_exam(districts["PD"]), actor=factory.make_user())
    assert refusal.value.code == "no_questions"


def test_without_the_rule_nothing_is_prepared(districts):
    with pytest.raises(ValidationError) as refusal:
        terms_today()
    assert refusal.value.code == "no_rule"


def test_the_terms_are_those_of_the_day(rules, districts):
    task = prepared(written(districts["PD"], 1))[0]
    assert task.policy.threshold == 10
    assert "10分" in told(task.policy)
    assert task.terms["mode"] == "2+1+1"


@pytest.mark.parametrize(
    ("content", "marks", "full", "points"),
    [
        (essay(), 50, 50, ["12.00", "14.00", "12.00", "8.00", "4.00"]),
        (short_answer(), 10, 10, ["4.00", "6.00"]),
        ({**short_answer(), "rubric": []}, 10, 10, ["10.00"]),
        (case(), 20, 12, ["4.80", "7.20"]),
        ({**short_answer(), "rubric": [{"text": "甲", "share": "0.333"}] * 3}, 10, 10, ["3.33", "3.33", "3.34"]),
        (single(), 10, 0, []),
    ],
)
def test_lines_add_up(content, marks, full, points):
    lines = lines_of(content, Decimal(marks), "x")
    assert full_marks(content, Decimal(marks)) == full
    assert [str(one.full) for one in lines] == points


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ({"0.1": "4", "0.2": "5.5"}, None),
        ({"0.1": "4"}, "missing"),
        ({"0.1": "4.5", "0.2": "1"}, "range"),
        ({"0.1": "1.2", "0.2": "1"}, "step"),
        ({"0.1": "4", "0.2": "6", "0.3": "1"}, "points"),
    ],
)
def test_points_the_rubric_allows(points, code):
    lines = lines_of(short_answer(), Decimal(10), "x")
    if code is None:
        assert total_of(lines, points) == Decimal("9.5")
        return
    with pytest.raises(ValidationError) as refusal:
        total_of(lines, points)
    assert refusal.value.code == code


def test_a_part_left_empty_takes_no_points():
    parts = {**case(), "parts": [{**short_answer(), "share": "0.5"}, {**short_answer(), "share": "0.5"}]}
    lines = lines_of(parts, Decimal(20), {"1": "写了"})
    assert [one.is_blank for one in lines] == [False, False, True, True]
    assert total_of(lines, {"1.1": "4", "1.2": "6"}) == 10
    with pytest.raises(ValidationError):
        total_of(lines, {"1.1": "4", "1.2": "6", "2.1": "1"})


def test_scripts_know_their_scope(rules, districts, access):
    prepared(written(districts["PD"], 1))
    chief = factory.make_staff("CHIEF_EXAMINER", districts["XH"])
    assert not Script.objects.within(chief, "marking.arbitrate_markingtask").exists()
