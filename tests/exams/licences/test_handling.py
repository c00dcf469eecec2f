"""What is done to a certificate that is held: suspended, lost, ended; and who may not teach meanwhile."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from exams.licences.invariants import INVARIANTS
from exams.licences.models import CancellationProposal, EnforcementCertificate, ExamProof
from exams.licences.services.applying import Wish, apply
from exams.licences.services.ending import cancel, decide_proposal, propose_by_unit, revoke
from exams.licences.services.issuing import Grant, finish, issue, renew, submit
from exams.licences.services.nightly import run_night
from exams.licences.services.resting import certificates_on
from exams.licences.services.reviewing import approve, review
from exams.licences.services.steps import Why
from exams.licences.services.suspending import report_lost, resume, suspend
from exams.sittings.models import Outcome
from instructors.pool.models import Bar
from lms.notices.models import Delivery
from tests import factory
from tests.exams.licences.factory import add_application, give_hours, make_application, make_held, put

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def team(rules, districts):
    return districts["PD-01"]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def all_hold() -> list[str]:
    return [one.__name__ for one in INVARIANTS if one()]


def issued(team) -> EnforcementCertificate:
    application = make_application(team)
    review(application, actor=factory.make_user())
    approve(application, actor=factory.make_user())
    submit(application, actor="系统", evidence={"submission": 1})
    return issue(application, Grant("测执000001", TODAY(), TODAY()), Why("系统", "结果文件"))


def deployable() -> list[int]:
    return list(EnforcementCertificate.objects.deployable(TODAY()).values_list("pk", flat=True))


def test_issued_for_as_long_as_the_rule_says(team):
    row = issued(team)
    assert row.valid_until == date(TODAY().year + 5, TODAY().month, TODAY().day) - DAY
    assert [one.subject for one in row.proofs.all()] == ["GENERAL_LAW", "SPECIAL_LAW"]
    assert deployable() == [row.pk]
    assert all_hold() == []
    assert Delivery.objects.filter(user=row.officer.user).count() == 1


def test_nothing_is_issued_without_a_pass(team):
    application = make_application(team)
    for act in (review, approve):
        act(application, actor=factory.make_user())
    submit(application, actor="系统")
    old = Outcome.objects.filter(attempt__candidate__exam__subject="GENERAL_LAW").get()
    Outcome.objects.create(
        attempt=old.attempt, number=2, objective=0, by_hand=0, full=100, pass_marks=60, is_passed=False, cause="VOID"
    )
    assert refused(issue, application, Grant("测执000001", TODAY(), TODAY()), Why("系统")) == "no_exam"
    assert fresh(application).state == "SUBMITTED"


def test_nor_in_the_database(team):
    row = EnforcementCertificate.objects.create(officer=factory.make_officer(team))
    with pytest.raises(IntegrityError), transaction.atomic():
        put(row, "ISSUED")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_number_is_one_persons(team):
    make_held(team, number="测执000009")
    application = make_application(team)
    for act in (review, approve):
        act(application, actor=factory.make_user())
    submit(application, actor="系统")
    assert refused(issue, application, Grant("测执000009", TODAY(), TODAY()), Why("系统")) == "number_taken"
    assert refused(renew, application, Grant("测执000010", TODAY(), TODAY()), Why("系统")) == "other_kind"
    backwards = Grant("测执000010", TODAY(), TODAY(), TODAY() - DAY)
    assert refused(finish, application, backwards, Why("系统")) == "dates"


def test_suspended_does_not_work_nor_teach(team):
    row = make_held(team)
    until = TODAY() + timedelta(days=30)
    suspend(row, Why("系统", "立案调查"), until_on=until)
    bar = Bar.objects.get(officer=row.officer)
    assert (bar.kind, bar.from_on, bar.until_on) == ("CERTIFICATE", TODAY(), until)
    assert deployable() == []
    assert fresh(row).suspended_until == until
    assert all_hold() == []
    assert refused(suspend, row, Why("系统", "又一次")) == "not_allowed"


def test_resumed_teaches_from_that_day(team):
    row = make_held(team)
    suspend(row, Why("系统", "立案调查", on=TODAY() - timedelta(days=10)))
    assert Bar.objects.get().until_on is None
    resume(row, Why("系统", "调查结束"))
    assert Bar.objects.get().until_on == TODAY() - DAY
    assert deployable() == [row.pk]
    suspend(row, Why("系统", "再次"))
    assert Bar.objects.count() == 2


def test_a_suspension_does_not_end_before_it_begins(team):
    assert refused(suspend, make_held(team), Why("系统", "查"), until_on=TODAY() - DAY) == "dates"
    assert not Bar.objects.exists()


def test_what_is_under_way_ends_with_it(team):
    row = make_held(team, "RENEWAL_DUE")
    application = add_application(row, "RENEWAL", "UNIT_REVIEWED")
    report_lost(row, Why(row.officer.user, "地铁上遗失"))
    assert fresh(application).state == "WITHDRAWN"
    again = apply(row.officer, Wish("测试区"), actor=row.officer.user)
    assert again.kind == "REISSUE"


def test_lost_and_made_out_anew(team):
    row = make_held(team)
    until = row.valid_until
    report_lost(row, Why(row.officer.user, "遗失"))
    assert deployable() == []
    application = apply(row.officer, Wish("测试区"), actor=row.officer.user)
    for act in (review, approve):
        act(application, actor=factory.make_user())
    submit(application, actor="系统")
    finish(application, Grant("测执000777", TODAY(), TODAY(), until), Why("系统"))
    row = fresh(row)
    assert (row.state, row.number, row.valid_until) == ("ISSUED", "测执000777", until)
    assert fresh(application).state == "DONE"


def test_cancelled_for_a_reason_and_for_good(team):
    row = make_held(team)
    assert refused(cancel, row, Why("系统", " ")) == "no_reason"
    cancel(row, Why("系统", "调离"))
    row = fresh(row)
    assert (row.state, row.ended_on) == ("CANCELLED", TODAY())
    assert not Bar.objects.exists()
    EnforcementCertificate.objects.create(officer=row.officer)


def test_one_at_a_time_in_the_database(team):
    row = make_held(team)
    with pytest.raises(IntegrityError), transaction.atomic():
        EnforcementCertificate.objects.create(officer=row.officer)


def test_revoked_may_not_teach(team):
    row = make_held(team, "SUSPENDED")
    revoke(row, Why("系统", "违法"))
    bar = Bar.objects.get()
    assert (bar.kind, bar.until_on) == ("NO_CERTIFICATE", None)


def test_whoever_leaves_is_proposed_once_and_off_the_list_at_once(team):
    row = make_held(team)
    row.officer.status = "LEFT"
    row.officer.save()
    assert deployable() == []
    assert [run_night(TODAY()).proposed for _ in range(2)] == [1, 0]
    [proposal] = CancellationProposal.objects.all()
    assert (proposal.cause, proposal.is_open) == ("MOVED", True)
    decide_proposal(proposal, actor=factory.make_user(), decision="CANCELLED", reason="已调离")
    assert fresh(row).state == "CANCELLED"
    assert refused(decide_proposal, proposal, actor=factory.make_user(), decision="KEPT", reason="—") == "decided"


def test_a_proposal_may_be_declined(team):
    row = make_held(team)
    proposal = propose_by_unit(row, actor=factory.make_user(), reason="长期借调")
    assert refused(propose_by_unit, row, actor=factory.make_user(), reason="再提") == "proposed"
    decide_proposal(proposal, actor=factory.make_user(), decision="KEPT", reason="仍在执法岗位")
    assert fresh(row).state == "ISSUED"


def test_what_rests_on_a_voided_exam_is_named_and_put_up(team):
    row = issued(team)
    old = row.proofs.get(subject="SPECIAL_LAW").outcome
    void = Outcome.objects.create(
        attempt=old.attempt, number=2, objective=0, by_hand=0, full=100, pass_marks=60, is_passed=False, cause="VOID"
    )
    [dependant] = certificates_on([void])
    assert (dependant.outcome, dependant.key) == (void, f"licences.enforcementcertificate:{row.pk}")
    assert [run_night(TODAY()).proposed for _ in range(2)] == [1, 0]
    assert CancellationProposal.objects.get().cause == "EXAM_VOID"
    assert fresh(row).state == "ISSUED"


def test_the_trace_stays(team):
    row = make_held(team)
    suspend(row, Why("系统", "查"))
    for rows, values in ((row.transitions.all(), {"reason": "改"}), (ExamProof.objects.all(), {"note": "改"})):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**values)


def test_an_invariant_sees_what_was_done_by_hand(team):
    row = make_held(team)
    assert all_hold() == []
    put(row, "SUSPENDED")
    assert all_hold() == ["states_follow_their_trace", "suspended_do_not_teach"]


def test_hours_alone_do_not_renew(team):
    row = make_held(team, "RENEWAL_DUE")
    give_hours([row.officer])
    assert apply(row.officer, Wish("测试区"), actor=row.officer.user).kind == "RENEWAL"
