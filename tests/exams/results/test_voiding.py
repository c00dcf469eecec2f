"""An exam is voided in one transaction or not at all, and what rests on it is listed."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from exams.results import registry
from exams.results.invariants import INVARIANTS
from exams.results.models import ExamVoiding, RestsOn
from exams.results.registry import Dependant, register_dependants
from exams.results.services import changing, voiding
from exams.results.services.dependants import decide
from exams.results.services.following import certify
from exams.results.services.resting import completions_on
from exams.results.services.voiding import propose_voiding, refuse_voiding, void_exam
from exams.sittings.models import Candidate, Outcome
from exams.sittings.services.absence import resit_list
from lms.audit.models import AuditEvent
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.changes import propose_change
from lms.ledger.invariants import INVARIANTS as OF_THE_BOOK
from lms.ledger.models import Entry
from lms.notices.models import Delivery
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment
from tests.exams.results.factory import attempts_of, outcome_of, release, sat

pytestmark = pytest.mark.django_db


@pytest.fixture
def licences(monkeypatch):
    """An app above that knows what rests on a pass: a card for everybody who has passed."""
    monkeypatch.setattr(registry, "_finders", [])
    register_dependants(
        lambda outcomes: [Dependant(one, f"cards.card:{one.attempt_id}", "执法证", "/admin/") for one in outcomes]
    )


@pytest.fixture
def exam(districts, rules, exam_design, licences):
    exam = sat(districts["PD"], (16, 4, 12))
    release(exam)
    certify(exam, attempts_of(exam), actor="系统")
    return exam


@pytest.fixture
def proposed(exam):
    return propose_voiding(exam, actor=factory.make_user(), reason="试题泄露。")


def refusal(act) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        act()
    return {one.code for one in caught.value.error_list}


def standing() -> dict:
    """Everything a voiding touches, counted."""
    return {
        "outcomes": Outcome.objects.count(), "entries": Entry.objects.count(), "rests": RestsOn.objects.count(),
        "valid": Certificate.objects.filter(state="VALID").count(), "events": CertificateEvent.objects.count(),
        "told": Delivery.objects.filter(once_key__startswith="results.void").count(),
        "voided": AuditEvent.objects.filter(action="results.voided").count(),
        "checked": ExamVoiding.objects.done().count(),
    }  # fmt: skip


def test_all_of_it(exam, proposed):
    void_exam(proposed, actor=factory.make_user())
    proposed.refresh_from_db()
    assert proposed.done == {"results": 3, "entries": 2, "certificates": 2, "dependants": 3}
    assert all(outcome_of(one).is_void for one in attempts_of(exam))
    assert not Entry.objects.standing().exists()
    assert {one.state for one in Certificate.objects.all()} == {"REVOKED"}
    assert [one() for one in [*INVARIANTS, *OF_THE_BOOK]] == [None] * len([*INVARIANTS, *OF_THE_BOOK])
    assert resit_list(exam) == [], "a voided result is no failure"


def test_its_page_says_revoked(exam, proposed, client):
    code = Certificate.objects.first().code
    assert client.get(f"/verify/{code}/").context["standing"] == "VALID"
    void_exam(proposed, actor=factory.make_user())
    assert client.get(f"/verify/{code}/").context["standing"] == "REVOKED"


def test_two_persons(exam, proposed):
    assert refusal(lambda: void_exam(proposed, actor=proposed.made_by)) == {"same_person"}
    assert refusal(lambda: propose_voiding(exam, actor=factory.make_user(), reason="又")) == {"pending"}
    refuse_voiding(proposed, actor=factory.make_user(), reason="不成立")
    assert refusal(lambda: void_exam(proposed, actor=factory.make_user())) == {"refused"}
    again = propose_voiding(exam, actor=factory.make_user(), reason="再")
    void_exam(again, actor=factory.make_user())
    assert refusal(lambda: void_exam(again, actor=factory.make_user())) == {"already_checked"}
    assert refusal(lambda: propose_voiding(exam, actor=factory.make_user(), reason="三")) == {"nothing"}
    assert refusal(lambda: release(exam)) == {"voided", "nobody"}


STEPS = {
    "versions": (voiding, "add_versions"), "credits": (changing, "reverse_credit"), "certificates": (changing, "revoke"),
    "dependants": (changing, "list_dependants"), "all of these": (voiding, "take_back"), "notice": (voiding, "tell"),
    "check": (voiding, "check_by_second_person"), "log": (voiding, "record"),
}  # fmt: skip


class Failed(Exception):  # noqa: N818 - it stands for anything
    pass


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_failing_at_any_step_nothing_has_happened(exam, proposed, monkeypatch, step, moment):
    module, name = STEPS[step]
    original = getattr(module, name)

    def failing(*args, **kwargs):
        if moment == "after":
            original(*args, **kwargs)
        raise Failed

    before = standing()
    monkeypatch.setattr(module, name, failing)
    with pytest.raises(Failed):
        void_exam(proposed, actor=factory.make_user())
    assert standing() == before
    monkeypatch.setattr(module, name, original)
    void_exam(proposed, actor=factory.make_user())
    assert [one() for one in INVARIANTS] == [None] * len(INVARIANTS)


WRITES = ("INSERT", "UPDATE", "DELETE")


def test_failing_at_any_statement_nothing_has_happened(exam, proposed):
    """Every write of the transaction in turn, whatever step it belongs to."""
    before, second, died = standing(), factory.make_user(), 0
    for at in range(1, 200):
        seen = 0

        def fail_at(execute, sql, params, many, context, at=at):
            nonlocal seen
            if sql.startswith(WRITES):
                seen += 1
                if seen == at:
                    raise Failed
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(fail_at):
                void_exam(proposed, actor=second)
        except Failed:
            died += 1
            assert standing() == before
        else:
            break
    assert died >= 10
    assert standing()["checked"] == 1


def test_a_proposed_change_gives_way(exam, proposed):
    certificate = Certificate.objects.first()
    propose_change(certificate, actor=factory.make_user(), change="SUSPEND", reason="核实")
    void_exam(proposed, actor=factory.make_user())
    certificate.refresh_from_db()
    assert (certificate.state, certificate.events.get().change) == ("REVOKED", "REVOKE")


def test_what_rests_on_it_is_decided_by_somebody(exam, proposed):
    void_exam(proposed, actor=factory.make_user())
    row = RestsOn.objects.first()
    assert refusal(lambda: decide(row, actor=factory.make_user(), state="OPEN", note="x")) == {"choice"}
    decide(row, actor=factory.make_user(), state="ACTED", note="已吊销")
    assert refusal(lambda: decide(row, actor=factory.make_user(), state="KEPT", note="x")) == {"decided"}
    assert RestsOn.objects.open().count() == 2


def test_completions_of_a_class_that_sat_together_rest_on_it(districts, rules, exam_design, monkeypatch):
    monkeypatch.setattr(registry, "_finders", [completions_on])
    exam = sat(districts["PD"], (16, 16, 12))
    member, other, unfinished = attempts_of(exam)
    training_class, another = make_class(districts["PD"]), make_class(districts["PD"])
    for attempt, own, state in ((member, training_class, "PASSED"), (unfinished, another, "FAILED")):
        Candidate.objects.filter(pk=attempt.candidate_id).update(facts={"class": own.pk})
        make_enrollment(own, attempt.candidate.officer, state=state)
    make_enrollment(another, member.candidate.officer, state="PASSED")  # finished, but not by this exam
    make_enrollment(training_class, other.candidate.officer, state="PASSED")  # sat on his own
    release(exam)
    void_exam(propose_voiding(exam, actor=factory.make_user(), reason="试题泄露。"), actor=factory.make_user())
    row = RestsOn.objects.get()
    assert (row.outcome.attempt, row.title) == (
        member,
        f"结业：{member.candidate.officer.name}（{training_class.title}）",
    )
