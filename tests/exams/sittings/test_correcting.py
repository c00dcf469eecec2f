"""A wrong key: put right on the question as it was asked, by two persons, and scored again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.bank.forms.kinds import FORMS
from exams.bank.types import TYPES, of
from exams.sittings.alignment import aligned
from exams.sittings.models import Answer, Attempt, KeyCorrection, Regrade, Score, Sitting
from exams.sittings.services.correcting import propose_correction, rekeyed
from exams.sittings.services.ordering import order_regrading
from exams.sittings.services.regrades import lines_of
from exams.sittings.services.scoring import check_correction, score_attempt
from exams.sittings.services.submitting import submit
from lms.jobs.running import run_job
from lms.people.access import Role
from tests import factory
from tests.exams.bank.samples import SAMPLES
from tests.exams.sittings.factory import make_exam, make_open_attempt, make_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(districts):
    """One question, answered with what a later correction makes right, the exam over."""
    sitting = make_sitting(make_exam(districts["PD"], kinds=("single",), each=1))
    attempt = make_open_attempt(sitting)
    item = attempt.paper.items.get()
    wrong = next(one["id"] for one in item.content["options"] if one["id"] != of(item.content).key(item.content))
    Answer.objects.create(attempt=attempt, slot=item.slot, rev=1, payload=wrong, received_at=timezone.now())
    submit(attempt, Attempt.How.INVIGILATOR)
    attempt.refresh_from_db()
    score_attempt(attempt)
    ended = timezone.now() - timedelta(minutes=1)
    Sitting.objects.update(opens_at=ended - timedelta(hours=3), closes_at=ended)
    attempt.wrong_html = next(one["html"] for one in item.content["options"] if one["id"] == wrong)
    return attempt


def correction_of(attempt, **fields) -> KeyCorrection:
    version = attempt.paper.items.get().version
    about = {"treatment": "REKEYED", "reason": "答案印错", **fields}
    return KeyCorrection(exam=attempt.candidate.exam, version=version, **about)


def with_key(content: dict, html: str) -> dict:
    options = [{**one, "weight": "1" if one["html"] == html else "0"} for one in content["options"]]
    return {**content, "options": options[::-1]}


def test_a_new_key_in_another_order_is_scored_on_the_paper_as_it_was_shuffled(attempt, monkeypatch, access):
    monkeypatch.setattr("lms.jobs.outbox._publish", lambda job_id: True)
    made = correction_of(attempt)
    made.content = with_key(made.version.content, attempt.wrong_html)
    propose_correction(made, actor=factory.make_user())
    assert [one["id"] for one in made.content["options"]] == [one["id"] for one in made.version.content["options"]]
    with pytest.raises(ValidationError) as caught:
        check_correction(made, actor=made.made_by)
    assert caught.value.code == "same_person"
    check_correction(made, actor=factory.make_user())
    run_job(order_regrading(attempt.candidate.exam, actor=factory.make_user()).pk)
    assert list(Score.objects.order_by("number").values_list("marks", flat=True)) == [Decimal(0), Decimal(2)]
    report = Regrade.objects.get()
    chief = factory.make_staff(Role.CHIEF_EXAMINER, attempt.candidate.exam.unit)
    line = lines_of(report, chief)[0]
    assert (line.number, line.before, line.after) == (attempt.candidate.number, "0.00/2.00", "2.00/2.00")
    assert lines_of(report, factory.make_user()) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"stem": "另一道题"}, "wording_changed"),
        (
            {"options": [{"id": "a", "html": "新", "weight": "1"}, {"id": "b", "html": "旧", "weight": "0"}]},
            "wording_changed",
        ),
        ({}, "unchanged"),
        ({"feedback": "说明"}, "unchanged"),
    ],
)
def test_only_a_key_can_be_changed(change, code):
    content = SAMPLES["single"]()
    with pytest.raises(ValidationError) as caught:
        rekeyed(content, {**content, **change})
    assert caught.value.code == code


@pytest.mark.parametrize("kind", TYPES)
def test_every_kind_comes_back_from_its_form_as_it_was(kind):
    """What the bank's own form makes of an unchanged question lies on the original, part by part."""
    content = SAMPLES[kind]()
    blank = FORMS[kind](None, was=content)
    data = posted(blank)
    for inner in getattr(blank, "inner", []):
        data |= posted(inner)
    form = FORMS[kind](data, was=content)
    assert form.is_valid(), form.errors
    found = aligned(content, form.content)
    assert found is not None
    assert of(found).public(found) == of(content).public(content)
    assert of(found).key(found) == of(content).key(content)


def posted(form) -> dict:
    return {
        form.add_prefix(name): value for name in form.fields if (value := form[name].value()) not in (None, "", False)
    }


def test_nobody_looks_at_questions_before_the_last_window_is_over(attempt):
    make_sitting(attempt.candidate.exam, number=2)
    with pytest.raises(ValidationError) as caught:
        propose_correction(correction_of(attempt, treatment="EXCLUDED"), actor=factory.make_user())
    assert caught.value.code == "not_over"


def test_one_correction_of_a_question_at_a_time_and_only_of_what_was_asked(attempt, districts):
    propose_correction(correction_of(attempt, treatment="FULL_MARKS"), actor=factory.make_user())
    with pytest.raises(ValidationError) as caught:
        propose_correction(correction_of(attempt, treatment="EXCLUDED"), actor=factory.make_user())
    assert caught.value.code == "pending"
    stranger = correction_of(attempt, treatment="EXCLUDED")
    stranger.exam = make_exam(districts["PD"], code="E2", kinds=("single",), each=1)
    stranger.version = stranger.exam.blueprint.banks.get().questions.get().current
    make_sitting(stranger.exam, opens=-300)
    with pytest.raises(ValidationError) as caught:
        propose_correction(stranger, actor=factory.make_user())
    assert caught.value.code == "not_asked"
