"""A key corrected after the release: a regrade alone changes nothing that was told."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.results.models import ExamAppeal, Finding
from exams.results.services import revising
from exams.results.services.appeals import file_appeal
from exams.results.services.deciding import accept, decide_marks
from exams.results.services.revising import propose_revision, refuse_revision
from exams.sittings.models import KeyCorrection, Outcome, Score
from lms.ledger.models import Entry
from tests import factory
from tests.exams.results.factory import attempts_of, outcome_of, release, sat

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(districts, rules):
    exam = sat(districts["PD"], (16, 8))
    release(exam)
    return exam


def refusal(act) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        act()
    return {one.code for one in caught.value.error_list}


def rescored(attempt, marks) -> None:
    last = attempt.scores.order_by("-number").first()
    Score.objects.create(
        attempt=attempt, number=last.number + 1, marks=marks, full=last.full, by_slot=last.by_slot,
        answers_sha256=last.answers_sha256,
    )  # fmt: skip


def revise(exam):
    proposed = propose_revision(exam, actor=factory.make_user(), reason="第5题答案有误。")
    return revising.carry_out(proposed, actor=factory.make_user())


def test_only_by_decision(exam):
    assert refusal(lambda: propose_revision(exam, actor=factory.make_user(), reason="x")) == {"no_difference"}
    poor = attempts_of(exam)[1]
    rescored(poor, 10)
    assert outcome_of(poor).marks == 8
    made_by = factory.make_user()
    proposed = propose_revision(exam, actor=made_by, reason="第5题答案有误。")
    assert refusal(lambda: revising.carry_out(proposed, actor=made_by)) == {"same_person"}
    assert revising.carry_out(proposed, actor=factory.make_user()).changed == 1
    assert (outcome_of(poor).marks, outcome_of(poor).is_passed, outcome_of(poor).cause) == (10, True, "REGRADE")
    assert Entry.objects.standing().count() == 2
    assert Outcome.objects.count() == 3


def test_a_pass_lost_takes_its_credits_along(exam):
    rescored(attempts_of(exam)[0], 2)
    revise(exam)
    assert not Entry.objects.standing().exists()


def test_sent_back(exam):
    rescored(attempts_of(exam)[0], 15)
    proposed = propose_revision(exam, actor=factory.make_user(), reason="x")
    refuse_revision(proposed, actor=factory.make_user(), reason="不成立")
    assert refusal(lambda: revising.carry_out(proposed, actor=factory.make_user())) == {"refused"}


def test_what_an_appeal_found_stands(exam):
    poor, handler = attempts_of(exam)[1], factory.make_user()
    appeal = ExamAppeal(attempt=poor, kind="ARITHMETIC", text="x")
    appeal = file_appeal(appeal, actor=poor.candidate.officer.user, accepts_lower=True)
    accept(appeal, actor=handler)
    decide_marks(appeal, [Finding(slot=8, is_by_hand=False, marks=2)], actor=handler, reply="漏计")
    assert outcome_of(poor).marks == 10
    rescored(poor, 9)
    revise(exam)
    assert outcome_of(poor).marks == 11


def test_an_excluded_question_counts_for_nobody(exam):
    rich = attempts_of(exam)[0]
    item = rich.paper.items.get(slot=1)
    KeyCorrection.objects.create(
        exam=exam, version=item.version, treatment="EXCLUDED", reason="有误", made_by=factory.make_user(),
        checked_by=factory.make_user(), checked_at=timezone.now(),
    )  # fmt: skip
    for attempt in attempts_of(exam):
        last = attempt.scores.first()
        Score.objects.create(
            attempt=attempt, number=2, marks=last.marks - 2, full=last.full - 2, by_slot={**last.by_slot, "1": None},
            answers_sha256=last.answers_sha256,
        )  # fmt: skip
    revise(exam)
    assert (outcome_of(rich).marks, outcome_of(rich).full) == (14, 14)
