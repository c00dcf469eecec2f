"""An appeal is decided by somebody who had no part in it, may go down, and leaves both values for auditors."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.marking.models import Mark, Script
from exams.results.invariants import INVARIANTS
from exams.results.models import ExamAppeal, Finding
from exams.results.services.appeals import file_appeal, windows_of, withdraw
from exams.results.services.deciding import accept, decide_marks, decide_violation, hand_back, worths
from exams.results.services.following import certify
from exams.results.services.voiding import propose_voiding, void_exam
from exams.sittings.models import Attempt, Outcome, Voiding
from exams.sittings.services.incidents import decide_voiding
from lms.certificates.models import Certificate, CertificateEvent
from lms.ledger.models import Entry
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.exams.results.factory import attempts_of, mark_scripts, outcome_of, release, sat
from tests.exams.sittings.factory import make_exam

pytestmark = pytest.mark.django_db


@pytest.fixture
def pd(districts, rules):
    return districts["PD"]


def refusal(act) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        act()
    return {one.code for one in caught.value.error_list}


def filed(attempt: Attempt, kind="ARITHMETIC", slot=None, *, accepts_lower=True) -> ExamAppeal:
    appeal = ExamAppeal(attempt=attempt, kind=kind, slot=slot, text="请核查")
    return file_appeal(appeal, actor=attempt.candidate.officer.user, accepts_lower=accepts_lower)


def decided(appeal: ExamAppeal, marks=None, *, slot=1, actor=None, is_by_hand=False) -> ExamAppeal:
    actor = actor or factory.make_user()
    accept(appeal, actor=actor)
    findings = [] if marks is None else [Finding(slot=slot, is_by_hand=is_by_hand, marks=marks)]
    return decide_marks(appeal, findings, actor=actor, reply="已核查")


@pytest.fixture
def released(pd):
    exam = sat(pd, (16, 9, 10))
    release(exam)
    return attempts_of(exam)


def test_the_form_says_that_marks_may_go_down(released):
    assert refusal(lambda: filed(released[0], accepts_lower=False)) == {"not_acknowledged"}
    assert refusal(lambda: filed(released[0], "QUESTION")) == {"no_question"}
    assert refusal(lambda: filed(released[0], "QUESTION", 99)) == {"no_question"}
    assert refusal(lambda: filed(released[0], "VIOLATION")) == {"not_told"}
    filed(released[0])
    assert refusal(lambda: filed(released[0])) == {"pending"}
    stranger = ExamAppeal(attempt=released[0], kind="ARITHMETIC", text="x")
    user = released[1].candidate.officer.user
    assert refusal(lambda: file_appeal(stranger, actor=user, accepts_lower=True)) == {"not_own"}


@pytest.mark.parametrize(("kind", "days"), [("ARITHMETIC", 7), ("QUESTION", 15)])
def test_until_the_end_of_the_last_day(released, kind, days):
    last = timezone.localdate() + timedelta(days=days)
    assert {one.kind: one.last for one in windows_of(released[0])}[kind] == last
    slot = 1 if kind == "QUESTION" else None
    noon = timezone.localtime().replace(hour=23, minute=30) + timedelta(days=days)
    with time_machine.travel(noon + timedelta(hours=1)):
        assert refusal(lambda: filed(released[0], kind, slot)) == {"too_late"}
    with time_machine.travel(noon):
        filed(released[0], kind, slot)


def test_nothing_to_question_before_the_release(pd):
    exam = sat(pd)
    assert refusal(lambda: filed(attempts_of(exam)[0])) == {"not_told"}


def test_taken_back_before_it_is_taken_up(released):
    appeal = filed(released[0])
    assert refusal(lambda: withdraw(appeal, actor=factory.make_user())) == {"not_own"}
    withdraw(appeal, actor=released[0].candidate.officer.user)
    again = filed(released[0])
    accept(again, actor=factory.make_user())
    assert refusal(lambda: withdraw(again, actor=released[0].candidate.officer.user)) == {"wrong_state"}


def test_by_who_took_it_up(released):
    appeal, handler, other = filed(released[0]), factory.make_user(), factory.make_user()
    assert refusal(lambda: decide_marks(appeal, [], actor=handler, reply="x")) == {"wrong_state"}
    accept(appeal, actor=handler)
    assert refusal(lambda: accept(appeal, actor=other)) == {"wrong_state"}
    assert refusal(lambda: decide_marks(appeal, [], actor=other, reply="x")) == {"not_handler"}
    hand_back(appeal, actor=handler)
    assert decided(appeal, actor=other).result == "KEPT"
    assert refusal(lambda: decide_marks(appeal, [], actor=other, reply="x")) == {"wrong_state"}
    assert Outcome.objects.filter(attempt=released[0]).count() == 1, "nothing changed, nothing written"


def test_up_down_and_kept(released):
    rich, poor, middle = released
    up, down = decided(filed(poor), 2, slot=6), decided(filed(middle), 0, slot=1)
    kept = decided(filed(rich), 2, slot=1)
    assert (up.result, down.result, kept.result) == ("RAISED", "LOWERED", "KEPT")
    assert (outcome_of(poor).marks, outcome_of(poor).is_passed, outcome_of(poor).number) == (11, True, 2)
    assert (outcome_of(middle).marks, outcome_of(middle).is_passed) == (8, False)
    assert outcome_of(rich).number == 1
    assert (up.outcome, down.outcome.cause) == (outcome_of(poor), "APPEAL")
    assert Delivery.objects.filter(once_key__startswith="results.appeal:").count() == 3
    assert [one() for one in INVARIANTS] == [None] * len(INVARIANTS)


def test_what_follows_a_pass_follows_its_change(released, exam_design):
    _, poor, middle = released
    exam = poor.candidate.exam
    certify(exam, released, actor="系统")
    assert (Entry.objects.count(), Certificate.objects.count()) == (2, 2)
    decided(filed(poor), 2, slot=6)
    assert (Entry.objects.standing().count(), Certificate.objects.count()) == (3, 3)
    decided(filed(middle), 0)
    assert Entry.objects.standing().filter(officer=middle.candidate.officer).count() == 0
    waiting = CertificateEvent.objects.get()
    assert (waiting.change, waiting.checked_by, waiting.certificate.officer) == (
        "REVOKE",
        None,
        middle.candidate.officer,
    )
    assert [one() for one in INVARIANTS] == [None] * len(INVARIANTS)
    decided(filed(middle, "QUESTION", 2), 2, slot=1)
    assert Entry.objects.standing().filter(officer=middle.candidate.officer).count() == 1
    assert Certificate.objects.filter(officer=middle.candidate.officer).count() == 2, (
        "a pass regained is another certificate"
    )


def test_more_than_a_question_is_worth(released):
    appeal, handler = filed(released[1]), factory.make_user()
    accept(appeal, actor=handler)
    for finding, code in ((Finding(slot=1, is_by_hand=False, marks=3), "range"),
                          (Finding(slot=1, is_by_hand=True, marks=1), "no_question")):  # fmt: skip
        assert refusal(lambda one=finding: decide_marks(appeal, [one], actor=handler, reply="x")) == {code}
    assert not Finding.objects.exists()


def test_both_marks_are_for_auditors_only(released, access, districts):
    poor = released[1]
    decided(filed(poor), 2, slot=6)
    seen = {
        role: Outcome.objects.visible_to(factory.make_staff(role, districts["PD"])).filter(attempt=poor).count()
        for role in (Role.AUDITOR, Role.CHIEF_EXAMINER, Role.EXAM_ADMIN, Role.DISTRICT_OFFICE, Role.MARKER)
    }
    assert seen == {"AUDITOR": 2, "CHIEF_EXAMINER": 1, "EXAM_ADMIN": 1, "DISTRICT_OFFICE": 1, "MARKER": 0}
    own = Outcome.objects.visible_to(poor.candidate.officer.user)
    assert [(one.attempt, one.number) for one in own] == [(poor, 2)]


def written(pd):
    exam = make_exam(pd, kinds=("single", "short_answer"), each=1)
    sat(pd, (2,), exam=exam)
    script = mark_scripts(exam, Decimal(1))[0]
    release(exam)
    return attempts_of(exam)[0], script


def test_who_marked_it_may_not_decide(pd):
    attempt, script = written(pd)
    marker = factory.make_user()
    Mark.objects.create(script=script, stage=1, marker=marker, points={}, total=1, made_at=timezone.now())
    appeal = filed(attempt, "QUESTION", script.slot)
    assert refusal(lambda: accept(appeal, actor=marker)) == {"involved"}
    assert refusal(lambda: accept(appeal, actor=attempt.candidate.officer.user)) == {"involved"}
    decided(appeal, 2, slot=script.slot, is_by_hand=True)
    assert (outcome_of(attempt).by_hand, Script.objects.get().final) == (2, 1), "the marks themselves stay"
    assert [one.marks for one in worths(attempt)] == [2, 2]


def test_a_violation_lifted_before_release_is_told_by_the_next(pd):
    exam = sat(pd, (16, 4))
    attempt, made_by, chief = attempts_of(exam)[0], factory.make_user(), factory.make_user()
    voiding = decide_voiding(
        Voiding.objects.create(candidate=attempt.candidate, reason="抄袭", made_by=made_by), actor=chief
    )
    release(exam)
    assert not Outcome.objects.filter(attempt=attempt).exists()
    appeal = filed(attempt, "VIOLATION", accepts_lower=False)
    assert refusal(lambda: accept(appeal, actor=chief)) == {"involved"}
    handler = factory.make_user()
    accept(appeal, actor=handler)
    assert refusal(lambda: decide_marks(appeal, [], actor=handler, reply="x")) == {"wrong_kind"}
    assert decide_violation(appeal, actor=handler, is_lifted=True, reply="证据不足").result == "LIFTED"
    attempt.refresh_from_db()
    voiding.refresh_from_db()
    assert (attempt.state, voiding.refused_at is None) == ("SUBMITTED", False)
    release(exam)
    assert outcome_of(attempt).is_passed


def test_a_voided_result_restored(released):
    rich = released[0]
    void_exam(
        propose_voiding(rich.candidate.exam, attempt=rich, actor=factory.make_user(), reason="替考"),
        actor=factory.make_user(),
    )
    assert (outcome_of(rich).is_void, outcome_of(released[1]).is_void) == (True, False)
    assert refusal(lambda: filed(rich)) == {"not_told"}
    appeal, handler = filed(rich, "VIOLATION"), factory.make_user()
    accept(appeal, actor=handler)
    decide_violation(appeal, actor=handler, is_lifted=True, reply="查无实据")
    assert [one.cause for one in Outcome.objects.filter(attempt=rich)] == ["APPEAL", "VOID", "RELEASE"]
    assert outcome_of(rich).marks == 16
    assert Entry.objects.standing().filter(officer=rich.candidate.officer).count() == 1


def test_a_violation_kept(released):
    rich = released[0]
    proposed = propose_voiding(rich.candidate.exam, attempt=rich, actor=factory.make_user(), reason="替考")
    void_exam(proposed, actor=factory.make_user())
    appeal, handler = filed(rich, "VIOLATION"), factory.make_user()
    accept(appeal, actor=handler)
    assert decide_violation(appeal, actor=handler, is_lifted=False, reply="属实").result == "KEPT"
    assert outcome_of(rich).is_void


def test_a_hall_cannot_void_what_is_released(released):
    voiding = Voiding.objects.create(candidate=released[0].candidate, reason="抄袭", made_by=factory.make_user())
    assert refusal(lambda: decide_voiding(voiding, actor=factory.make_user())) == {"released"}
