"""From answers to dated rows."""

from decimal import Decimal
from random import Random

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from exams.bank.models import QuestionVersion
from exams.sittings.models import Attempt, KeyCorrection
from exams.sittings.services.preparing import prepare
from exams.statistics.models import ItemAnalysis, ItemStatistic
from exams.statistics.services.ordering import order_analysis
from exams.statistics.tasks import analyse_all
from lms.audit.models import AuditEvent
from lms.jobs.models import Job
from lms.jobs.running import Running, run_job
from tests import factory
from tests.exams.sittings.factory import make_candidate, make_sitting
from tests.exams.statistics.factory import able, analysed, hand_in, held_exam, right, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def code_of(refusal) -> str:
    return refusal.value.code


def by_slot(analysis):
    return list(analysis.statistics.order_by("slot"))


def test_one_form_by_hand(districts):
    """Five people answer none, one … four of four questions right: a perfect ladder."""
    analysis = analysed(held_exam(districts["PD-01"], people=5))
    items = by_slot(analysis)
    assert [one.facility for one in items] == [0.8, 0.6, 0.4, 0.2]
    assert {one.n for one in items} == {5}
    (form,) = analysis.forms
    assert (form["name"], form["n"], form["k"], form["full"]) == ("A卷", 5, 4, "8")
    assert form["mean"] == 4
    assert form["alpha"] == pytest.approx(0.8)
    assert form["kr20"] == pytest.approx(form["alpha"])
    assert analysis.marks["passed"] == 2  # 6 and 8 of 8, the line at 60 %
    assert sum(count for _, _, count in analysis.marks["steps"]) == 5


def test_options_are_counted_under_the_authors_names(districts):
    """Every paper shuffles them: what counts is what the option says."""
    exam = held_exam(
        districts["PD-01"], people=6, forms=0, each=1, respond=lambda person, item: wrong(item, person % 2)
    )
    (item,) = analysed(exam).statistics.all()
    rows = {row["option"]: row for row in item.choices["rows"]}
    assert {one: row["n"] for one, row in rows.items()} == {"a": 3, "b": 0, "c": 3}
    assert [one for one, row in rows.items() if row["is_key"]] == ["b"]
    assert item.facility == 0
    assert item.item_rest is None


def test_a_paper_of_ones_own_has_no_reliability(districts):
    """More questions in the bank than on a paper, so that papers differ."""
    exam = held_exam(districts["PD-01"], people=0, forms=0, each=8)
    exam.blueprint.cells.update(count=4)
    exam = refill(exam, 9)
    analysis = analysed(exam)
    (form,) = analysis.forms
    assert (form["name"], form["alpha"], form["k"]) == ("一人一卷", None, None)
    items = list(analysis.statistics.all())
    assert sum(one.n for one in items) == 9 * 4
    assert len(items) == len({one.version_id for one in items}) > 4
    assert all(one.alpha_if_deleted is None and one.slot is None for one in items)


def refill(exam, people):
    sitting = exam.sittings.get()
    prepare(exam, [make_candidate(sitting) for _ in range(people)])
    for person, attempt in enumerate(Attempt.objects.filter(candidate__exam=exam).order_by("pk")):
        hand_in(attempt, person % 5, able)
    return exam


def test_two_forms_stand_apart(districts):
    exam = held_exam(districts["PD-01"], people=0, each=8, forms=2)
    exam.blueprint.cells.update(count=4)
    analysis = analysed(refill(exam, 12))
    assert [form["name"] for form in analysis.forms] == ["A卷", "B卷"]
    assert sum(form["n"] for form in analysis.forms) == 12
    assert {one.form for one in analysis.statistics.all()} == {"A卷", "B卷"}


@pytest.mark.parametrize("treatment", ["EXCLUDED", "FULL_MARKS"])
def test_a_question_put_out_of_the_count_is_left_out(districts, treatment):
    exam = held_exam(districts["PD-01"], people=5)
    version = Attempt.objects.filter(candidate__exam=exam)[0].paper.items.get(slot=1).version
    correct(exam, version, treatment)
    analysis = analysed(exam)
    assert analysis.items == 3
    assert not analysis.statistics.filter(version=version).exists()


def correct(exam, version, treatment, content=None):
    return KeyCorrection.objects.create(
        exam=exam, version=version, treatment=treatment, content=content, reason="错", made_by=factory.make_user(),
        checked_by=factory.make_user(), checked_at=timezone.now(),
    )  # fmt: skip


def test_what_people_mark_waits_for_them(districts):
    exam = held_exam(
        districts["PD-01"], people=5, kinds=("single", "short_answer"), each=2,
        respond=lambda person, item: able(person, item) if "options" in item.content else "依法处理。",
    )  # fmt: skip
    analysis = analysed(exam)
    assert not analysis.is_complete
    assert analysis.items == 2
    assert analysis.marks["passed"] is None


def test_weak_items_are_flagged_by_the_rule(districts):
    """Forty people: the best fall for the wrong option of the first question, everybody knows the second."""

    def respond(person, item):
        if item.slot == 1:
            return right(person, item) if person < 20 else wrong(item)
        if item.slot == 2:
            return right(person, item)
        return right(person, item) if person >= 10 * (item.slot - 2) else wrong(item, person)

    items = by_slot(analysed(held_exam(districts["PD-01"], people=40, each=5, respond=respond)))
    assert set(items[0].flags) == {"NEGATIVE", "IDLE", "LURED"}
    assert "EASY" in items[1].flags
    assert not items[2].is_weak
    assert items[0].item_rest < 0
    assert items[0].index27 < -0.8


def test_few_people_flag_nothing(districts):
    items = by_slot(analysed(held_exam(districts["PD-01"], people=5, respond=right)))
    assert not any(one.is_weak for one in items)


def test_a_second_analysis_is_another_row_and_the_same_key_the_same(districts):
    exam = held_exam(districts["PD-01"], people=3)
    first, second = analysed(exam, key="a"), analysed(exam, key="b")
    assert (first.number, second.number) == (1, 2)
    assert analysed(exam, key="b") == second
    assert ItemAnalysis.objects.count() == 2
    assert set(ItemStatistic.objects.newest().values_list("analysis", flat=True)) == {second.pk}
    assert AuditEvent.objects.filter(action="statistics.analyse").count() == 2


def test_rows_stay_as_they_are(districts):
    analysis = analysed(held_exam(districts["PD-01"], people=3))
    for rows, change in ((analysis.statistics, {"n": 1}), (ItemAnalysis.objects, {"people": 1})):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().delete()


def test_a_copy_is_noted_with_its_seats(districts):
    def respond(person, item):
        # Person 1 writes what person 0 wrote; everybody else errs in his own way.
        return (
            wrong(item, Random(f"{max(person, 1)}-{item.slot}").randrange(2)) if item.slot % 3 else right(person, item)
        )

    exam = held_exam(districts["PD-01"], people=40, each=60, respond=respond)
    pairs = list(analysed(exam).pairs.all())
    keys = list(Attempt.objects.filter(candidate__exam=exam).order_by("pk").values_list("pk", flat=True)[:2])
    assert [(one.first_id, one.second_id) for one in pairs] == [tuple(keys)]
    assert pairs[0].same == pairs[0].both_wrong == 40
    assert not pairs[0].same_hall


def test_the_job_tells_how_far_it_is_and_where_the_result_is(districts):
    exam, actor = held_exam(districts["PD-01"], people=5), factory.make_user()
    job = order_analysis(exam, actor=actor)
    assert order_analysis(exam, actor=actor) == job
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (Job.State.DONE, 5, 5)
    analysis = ItemAnalysis.objects.get()
    assert job.result_link.endswith(f"/{analysis.pk}/")
    assert job.result == {"答卷": 5, "试题": 4, "待审看": 0}
    analyse_all(Running(job))
    assert ItemAnalysis.objects.count() == 1


def test_a_job_that_is_stopped_leaves_nothing(districts, monkeypatch):
    job = order_analysis(held_exam(districts["PD-01"], people=3), actor=factory.make_user())
    monkeypatch.setattr(Running, "should_stop", lambda running: True)
    analyse_all(Running(job))
    assert not ItemAnalysis.objects.exists()


def test_nothing_is_analysed_while_somebody_may_still_sit(districts):
    exam = held_exam(districts["PD-01"], people=3)
    make_sitting(exam, number=2, opens=60)
    with pytest.raises(ValidationError) as refusal:
        order_analysis(exam, actor=factory.make_user())
    assert code_of(refusal) == "not_over"


def test_nobody_and_unscored_are_refused(districts):
    actor = factory.make_user()
    exam = held_exam(districts["PD-01"], people=0)
    empty = held_exam(districts["PD-01"], people=0, code="E2")
    with pytest.raises(ValidationError) as refusal:
        order_analysis(empty, actor=actor)
    assert code_of(refusal) == "nobody"
    prepare(exam, [make_candidate(exam.sittings.get())])
    hand_in(Attempt.objects.get(candidate__exam=exam), 0, able, is_scored=False)
    with pytest.raises(ValidationError) as refusal:
        order_analysis(exam, actor=actor)
    assert code_of(refusal) == "unscored"


def test_voided_answers_do_not_count(districts):
    exam = held_exam(districts["PD-01"], people=5)
    Attempt.objects.filter(pk=Attempt.objects.filter(candidate__exam=exam).first().pk).update(state="VOID")
    assert analysed(exam).people == 4


def test_a_corrected_key_is_the_key(districts):
    """Everybody chose what turned out to be right."""
    exam = held_exam(districts["PD-01"], people=4, each=1, respond=lambda person, item: wrong(item))
    version = QuestionVersion.objects.get(question__bank__in=exam.blueprint.banks.all())
    chosen = min(one["html"] for one in version.content["options"] if one["weight"] == "0")
    options = [{**one, "weight": "1" if one["html"] == chosen else "0"} for one in version.content["options"]]
    correct(exam, version, "REKEYED", {**version.content, "options": options})
    (item,) = analysed(exam).statistics.all()
    assert [row["n"] for row in item.choices["rows"] if row["is_key"]] == [4]


def test_marks_are_whole_cents(districts):
    exam = held_exam(districts["PD-01"], people=5)
    item = by_slot(analysed(exam))[0]
    assert item.full == Decimal("2.00")
    assert item.blank == 0


def test_what_was_left_blank_is_counted(districts):
    exam = held_exam(districts["PD-01"], people=4, respond=lambda person, item: None if person else right(0, item))
    assert {one.blank for one in by_slot(analysed(exam))} == {3}
