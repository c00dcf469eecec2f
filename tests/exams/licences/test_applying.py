"""One application and many: who is taken, who is told why not, and who may look at it next."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from exams.licences.models import Application, EnforcementCertificate
from exams.licences.services.applying import Wish, apply, apply_many, withdraw
from exams.licences.services.reviewing import (
    Verdict,
    approve,
    decide_many,
    return_application,
    review,
)
from exams.sittings.models import Outcome
from lms.audit.models import AuditEvent
from lms.notices.models import Delivery
from tests import factory
from tests.exams.licences.factory import add_application, make_application, make_fit, make_held

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(rules, districts):
    return districts["PD-01"]


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def test_an_officer_applies_for_himself(team):
    [officer] = make_fit(team)
    application = apply(officer, Wish("测试区"), actor=officer.user)
    row = application.certificate
    assert (application.kind, application.state, row.state) == ("FIRST", "APPLIED", "APPLIED")
    assert [one["is_met"] for one in application.findings] == [True] * 5
    assert application.rule_version.rule.code == "R54"
    assert [one.verb for one in row.transitions.all()] == ["apply", "qualify"]
    assert AuditEvent.objects.filter(action="licences.file_application").count() == 1


def test_who_is_not_fit_is_told_why(team):
    officer = factory.make_officer(team)
    assert refused(apply, officer, Wish("测试区"), actor=officer.user) == "not_eligible"
    assert not Application.objects.exists()


def test_one_at_a_time(team):
    application = make_application(team)
    assert refused(apply, application.officer, Wish("测试区"), actor=application.made_by) == "under_way"
    with pytest.raises(IntegrityError), transaction.atomic():
        add_application(application.certificate, "FIRST", "APPLIED")


def test_who_holds_one_does_not_apply_again(team):
    [officer] = make_fit(team)
    make_held(team, officer=officer)
    assert refused(apply, officer, Wish("测试区"), actor=officer.user) == "not_allowed"


def test_the_maker_takes_it_back_until_somebody_has_looked(team):
    application = make_application(team)
    assert refused(withdraw, application, actor=factory.make_user()) == "not_yours"
    withdraw(application, actor=application.officer.user)
    application.refresh_from_db()
    assert (application.state, application.certificate.state) == ("WITHDRAWN", "ELIGIBLE")
    again = apply(application.officer, Wish("测试区"), actor=application.officer.user)
    review(again, actor=factory.make_user())
    assert refused(withdraw, again, actor=application.officer.user) == "not_allowed"


def test_three_different_people(team):
    application = make_application(team)
    unit, bureau = factory.make_user(), factory.make_user()
    assert refused(review, application, actor=application.made_by) == "same_person"
    assert refused(review, application, actor=application.officer.user) == "oneself"
    review(application, actor=unit)
    assert refused(approve, application, actor=unit) == "same_person"
    assert refused(approve, application, actor=application.made_by) == "same_person"
    approve(application, actor=bureau)
    application.refresh_from_db()
    assert (application.unit_reviewed_by, application.bureau_reviewed_by) == (unit, bureau)
    assert application.certificate.state == "BUREAU_REVIEWED"


def test_the_database_knows_it_too(team):
    application = make_application(team)
    for values in ({"unit_reviewed_by": application.made_by}, {"bureau_reviewed_by": application.made_by}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=application.pk).update(**values)


def test_it_comes_back_with_its_reason(team):
    application = make_application(team)
    assert refused(return_application, application, actor="甲", fault="") == "no_reason"
    assert refused(return_application, application, actor="甲", fault="OTHER") == "no_reason"
    return_application(application, actor="甲", fault="AREA", note="应为徐汇区")
    application.refresh_from_db()
    assert (application.state, application.fault, application.certificate.state) == ("RETURNED", "AREA", "ELIGIBLE")
    told = set(Delivery.objects.values_list("user", flat=True))
    assert told == {application.made_by_id, application.officer.user_id}
    assert "应为徐汇区" in application.certificate.transitions.first().reason
    assert apply(application.officer, Wish("徐汇区"), actor=application.officer.user).state == "APPLIED"


def test_conditions_are_looked_at_again_by_every_desk(team):
    application = make_application(team)
    old = Outcome.objects.filter(attempt__candidate__exam__subject="SPECIAL_LAW").get()
    Outcome.objects.create(
        attempt=old.attempt, number=2, objective=0, by_hand=0, full=100, pass_marks=60, is_passed=False, cause="VOID"
    )
    assert refused(review, application, actor=factory.make_user()) == "not_eligible"


def test_many_at_once_each_with_his_reason(team):
    fit, unfit = make_fit(team, 3), factory.make_officer(team)
    holder = make_held(team).officer
    batch, rows = apply_many(team, [*fit, unfit, holder], Wish("测试区", kind="FIRST"), actor=factory.make_user())
    assert [row.code for row in rows] == ["", "", "", "not_eligible", "not_allowed"]
    assert all(row.refusal for row in rows[3:])
    assert batch.applications.count() == 3
    assert EnforcementCertificate.objects.filter(state="APPLIED").count() == 3


def test_a_batch_of_nobody_is_none(team):
    officers = [factory.make_officer(team) for _ in range(2)]
    assert refused(apply_many, team, officers, Wish("测试区"), actor=factory.make_user()) == "nobody"
    assert not Application.objects.exists()


def test_a_board_decides_row_by_row(team):
    maker = factory.make_user()
    _, rows = apply_many(team, make_fit(team, 4), Wish("测试区"), actor=maker)
    first, second, third, fourth = [row.application for row in rows]
    review(fourth, actor=factory.make_user())
    verdicts = [Verdict(first), Verdict(second, "DATA", "姓名有误"), Verdict(third, "OTHER"), Verdict(fourth, "DATA")]
    answers = decide_many(verdicts, "review", actor=factory.make_user())
    assert [(one.code, one.is_returned) for one in answers] == [
        ("", False), ("", True), ("no_reason", False), ("not_allowed", False),
    ]  # fmt: skip
    states = Application.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["UNIT_REVIEWED", "RETURNED", "APPLIED", "UNIT_REVIEWED"]
    answers = decide_many([Verdict(first), Verdict(third)], "review", actor=maker)
    assert [one.code for one in answers] == ["not_allowed", "same_person"]
