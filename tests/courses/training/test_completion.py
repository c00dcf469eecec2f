"""A class from its check to its hours: what is refused, what is posted, and what is taken back."""

import time
from collections import Counter
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from courses.training.models import AssessmentScore, Attendance, TrainingDuty
from courses.training.services.assessments import record_scores, set_parts
from courses.training.services.cancellation import cancel_class
from courses.training.services.completion import check_class, return_class
from courses.training.services.outcomes import outcomes
from courses.training.services.posting import attendance_claims, post_class, repost_attendance
from instructors.pool.models import Teaching
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.services.designs import install_first_design
from lms.certificates.services.issuing import issue
from lms.ledger.counting import replay
from lms.ledger.models import Entry, Obligation
from lms.ledger.services.posting import rule_book
from lms.people.access import Role
from tests import factory
from tests.courses.training.ended import call_roll, make_ended_class, mark
from tests.courses.training.factory import MONDAY, make_class, make_enrollment, make_instructor, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(rules, districts):
    return districts["PD"]


def checked(row):
    check_class(row, actor=factory.make_user())
    row.refresh_from_db()
    return row


def posted(row):
    post_class(checked(row), actor=factory.make_user())
    row.refresh_from_db()
    return row


def refusal(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        act(*args, **kwargs)
    return refused.value.code


def sums() -> tuple[Decimal, Decimal]:
    rows = Obligation.objects.with_totals()
    return sum(row.got_hours for row in rows), sum(row.got_credits for row in rows)


def test_nothing_is_checked_before_everything_is_known(unit):
    row, actor = make_ended_class(unit), factory.make_user()
    late = make_enrollment(row)
    assert refusal(check_class, row, actor=actor) == "roll_open"
    call_roll(row)
    set_parts(row, actor=actor, theory=Decimal(60), fitness=False, drill=None, judges=1)
    assert refusal(check_class, row, actor=actor) == "scores_missing"
    set_parts(row, actor=actor, theory=None, fitness=False, drill=None, judges=1)
    late.state = "DISMISSED"
    late.save()
    late.attendance.all().delete()
    assert Counter(line.verdict for line in check_class(row, actor=actor).lines) == {"PASSED": 3, "DISMISSED": 1}
    assert refusal(check_class, row, actor=actor) == "wrong_state"
    assert refusal(check_class, make_ended_class(unit, sessions=0), actor=actor) == "no_sessions"
    future = make_ended_class(unit, starts_on=MONDAY.replace(year=2030))
    assert refusal(check_class, future, actor=actor) == "not_over"


def test_whoever_missed_more_than_a_seventh_fails(unit):
    row = make_ended_class(unit, people=3, sessions=7)
    first, second, third = row.enrollments.all()
    sessions = list(row.sessions.all())
    mark(sessions[0], first, "LEAVE")
    for session in sessions[:2]:
        mark(session, second, "ABSENT")
        mark(session, third, "LEAVE")
    third.tolerated_hours = Decimal(8)
    third.save()
    checked(row)
    states = list(row.enrollments.order_by("pk").values_list("state", flat=True))
    assert states == ["PASSED", "FAILED", "PASSED"]


def test_whoever_was_dismissed_gets_no_hours_of_the_class(unit):
    row = make_ended_class(unit, people=2, sessions=3)
    gone = row.enrollments.order_by("pk")[0]
    gone.state = "DISMISSED"
    gone.save()
    posted(row)
    assert set(Entry.objects.values_list("officer", flat=True)) == {row.enrollments.order_by("pk")[1].officer_id}
    attendance = gone.attendance.first()
    assert repost_attendance(attendance, actor=factory.make_user(), reason="更正") is None
    assert not Entry.objects.filter(officer=gone.officer_id).exists()


def test_the_ledger_says_what_the_rules_say(unit):
    row = make_ended_class(unit, people=4, sessions=3, module="XI_LAW")
    first, second = row.enrollments.all()[:2]
    sessions = list(row.sessions.all())
    mark(sessions[0], first, "LATE")
    mark(sessions[1], second, "ABSENT")
    claims = [claim for _, claim in attendance_claims(outcomes(row), "甲")]
    assert len(claims) == 11
    posted(row)
    counted = [replay([claim.activity()], lambda day: rule_book(["R07"], day))[0] for claim in claims]
    assert sums() == (sum(one.hours for one in counted), sum(one.credits for one in counted))
    assert sums() == (Decimal(44), Decimal("17.6"))
    with_module = Entry.objects.filter(module="XI_LAW")
    assert set(with_module.values_list("officer", flat=True)) == {
        one.officer_id for one in row.enrollments.filter(state="PASSED")
    }
    assert with_module.count() == 3


def test_posts_once_and_by_another_person(unit):
    row = checked(make_ended_class(unit))
    assert refusal(post_class, row, actor=row.checked_by) == "same_person"
    post_class(row, actor=factory.make_user())
    before = sums()
    assert refusal(post_class, row, actor=factory.make_user()) == "already_posted"
    assert sums() == before
    assert row.enrollments.first().officer.user.deliveries.count() == 1


def test_not_before_it_is_checked(unit):
    assert refusal(post_class, make_ended_class(unit), actor=factory.make_user()) == "wrong_state"


def test_a_meeting_posts_nothing(unit):
    row = make_class(unit, state="READY", event_type="MEETING")
    make_session(row, quantity=0)
    make_enrollment(row)
    call_roll(row)
    assert refusal(post_class, checked(row), actor=factory.make_user()) == "meeting"
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(posted_at="2026-03-09T00:00+08:00")
    assert Entry.objects.count() == 0


def test_two_sessions_at_once_count_once(unit):
    one = make_ended_class(unit, people=1, sessions=1)
    officer = one.enrollments.get().officer
    other = make_class(unit, state="READY")
    make_session(other, begin="10:00", end="12:00")
    make_session(other, begin="14:00", end="17:30")
    make_enrollment(other, officer)
    call_roll(other)
    posted(one)
    posted(other)
    assert [entry.hours for entry in Entry.objects.filter(officer=officer)] == [4, 4]
    cancel_class(one, actor=factory.make_user(), reason="重复开班")
    attendance = Attendance.objects.get(session=other.sessions.first())
    assert repost_attendance(attendance, actor=factory.make_user(), reason="原班已取消").hours == 4


def test_fitness_and_drill_by_r14(unit):
    row, judge = make_ended_class(unit, people=2, sessions=1), factory.make_staff(Role.DISTRICT_OFFICE, unit)
    row = set_parts(row, actor=judge, theory=None, fitness=True, drill=Decimal(80), judges=1)
    strong, weak = row.enrollments.all()
    fitness, drill = row.parts.get(kind="FITNESS"), row.parts.get(kind="DRILL")
    values = {"shuttle": "12", "1000": "270", "jump": "266"}
    record_scores(fitness, {(strong.pk, item): Decimal(value) for item, value in values.items()}, actor=judge)
    record_scores(
        fitness, {(weak.pk, item): Decimal(value) for item, value in (values | {"jump": "260"}).items()}, actor=judge
    )
    record_scores(drill, {(strong.pk, ""): Decimal(90), (weak.pk, ""): Decimal(85)}, actor=judge)
    posted(row)
    credits = {entry.officer_id: entry.credits for entry in Entry.objects.filter(rule_version__rule__code="R14")}
    assert credits == {strong.officer_id: Decimal(2), weak.officer_id: Decimal(1)}
    assert list(row.enrollments.order_by("pk").values_list("state", flat=True)) == ["PASSED", "FAILED"]
    assert AssessmentScore.objects.filter(item="jump", standard__rule__code="R35").count() == 2


def test_returned_results_are_open_again(unit):
    row = checked(make_ended_class(unit))
    return_class(row, actor=factory.make_user(), reason="第2课次名单不对")
    assert set(row.enrollments.values_list("state", flat=True)) == {"CONFIRMED"}
    assert row.checked_by.deliveries.count() == 1
    assert posted(row).state == "POSTED"


def test_teaching_by_r10_and_a_repeat_by_half(unit):
    row = make_ended_class(unit, people=1, sessions=0)
    instructor = make_instructor(unit, level="DISTRICT")
    for begin, end in (("08:30", "10:00"), ("10:30", "12:00")):
        make_session(row, begin=begin, end=end, title="行政处罚法", instructor=instructor, quantity="0.5")
    call_roll(row)
    posted(row)
    assert list(Teaching.objects.order_by("pk").values_list("delivered_hours", "is_repeat")) == [(2, False), (2, True)]
    taught = Entry.objects.filter(officer=instructor.officer).order_by("pk")
    assert [entry.hours for entry in taught] == [4, 2]


def test_cancelled_after_posting_everything_goes_back(unit):
    install_first_design(factory.make_user(), factory.make_user(), "CLASS")
    row = make_ended_class(unit, people=2, kind="NEW_ENTRANT")
    session = row.sessions.first()
    session.instructor = make_instructor(unit, level="DISTRICT")
    session.save()
    learner = row.enrollments.first()
    TrainingDuty.objects.create(
        officer=learner.officer, kind="NEW_ENTRANT", posting=learner.officer.postings.get(), arisen_on=MONDAY
    )
    posted(row)
    certificate = issue(f"training.enrollment:{learner.pk}", actor="甲")
    assert certificate.snapshot["hours"] == "8.00"
    assert TrainingDuty.objects.get().met_by == learner
    cancel_class(row, actor=factory.make_user(), reason="资质不符")
    assert sums() == (0, 0)
    assert TrainingDuty.objects.get().met_by is None
    assert not Teaching.objects.standing().exists()
    assert not row.sessions.held().exists()
    assert CertificateEvent.objects.get().change == "REVOKE"
    assert refusal(cancel_class, row, actor=factory.make_user(), reason="再取消") == "cancelled"


def test_only_those_who_passed_a_posted_class_are_certified(unit):
    install_first_design(factory.make_user(), factory.make_user(), "CLASS")
    row = make_ended_class(unit, people=1)
    key = f"training.enrollment:{row.enrollments.get().pk}"
    assert refusal(issue, key, actor="甲") == "not_earned"
    checked(row)
    assert row.enrollments.get().state == "PASSED"
    assert refusal(issue, key, actor="甲") == "not_earned"
    post_class(row, actor=factory.make_user())
    assert issue(key, actor="甲").kind == "CLASS"
    assert Certificate.objects.count() == 1


def test_the_ledger_follows_a_correction(unit):
    row = make_ended_class(unit, people=1, sessions=1)
    attendance = Attendance.objects.get()
    mark(attendance.session, attendance.enrollment, "ABSENT")
    posted(row)
    assert Entry.objects.count() == 0
    steps = [("PRESENT", 4), ("ABSENT", 0), ("LATE", 4)]
    for state, hours in steps:
        attendance.state = state
        attendance.save()
        repost_attendance(attendance, actor=factory.make_user(), reason="签到表可证")
        assert sums()[0] == hours
        again = repost_attendance(attendance, actor=factory.make_user(), reason="再点一次")
        assert again is None
    keys = list(Entry.objects.filter(reverses=None).order_by("pk").values_list("evidence", flat=True))
    assert keys == [attendance.evidence_key, f"{attendance.evidence_key}:2"]
    assert row.enrollments.get().state == "PASSED"


def test_a_class_of_a_hundred_is_posted_within_two_seconds(unit):
    """Of our own work: how long the rest takes depends on who else uses the machine. Queries do not grow with people."""
    small, large = (checked(make_ended_class(unit, people=people, sessions=6)) for people in (10, 100))
    with CaptureQueriesContext(connection) as few:
        post_class(small, actor=factory.make_user())
    begun = time.process_time()
    with CaptureQueriesContext(connection) as many:
        assert len(post_class(large, actor=factory.make_user())) == 600
    assert time.process_time() - begun < 2
    assert len(many) == len(few)
