"""Corrections by two persons, appeals decided by a third, and the ledger behind them."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from courses.training import workdays
from courses.training.models import Appeal, AttendanceCorrection
from courses.training.services.appeals import file_appeal, grant_appeal, overdue_since, refuse_appeal
from courses.training.services.completion import check_class
from courses.training.services.corrections import apply_correction, propose_correction, refuse_correction
from courses.training.services.posting import post_class
from lms.ledger.models import Entry
from tests import factory
from tests.courses.training.factory import MONDAY
from tests.courses.training.rolls import make_roll, mark

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]
DAY = timedelta(days=1)


@pytest.fixture
def offices(districts):
    return [factory.make_staff("DISTRICT_OFFICE", districts["XH"]) for _ in range(3)]


@pytest.fixture
def roll(districts):
    session, (learner,) = make_roll(districts["XH"])
    mark(session, learner, "ABSENT", by=session.training_class.head_teacher)
    with time_machine.travel(session.during.upper + DAY, tick=False) as clock:
        yield session, learner, clock


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(ValidationError) as refusal:
        act(*args, **kwargs)
    return refusal.value.code


def proposed(session, learner, actor, state="PRESENT") -> AttendanceCorrection:
    row = AttendanceCorrection(session=session, enrollment=learner, state=state, reason="已到", evidence_note="签到表")
    return propose_correction(row, actor=actor)


def post(training_class, offices):
    check_class(training_class, actor=offices[0])
    post_class(training_class, actor=offices[1])
    training_class.refresh_from_db()


def state_of(session, learner):
    row = session.attendance.get(enrollment=learner)
    return row.state, row.method


def test_a_second_person_applies_it(roll, offices):
    session, learner, _ = roll
    correction = proposed(session, learner, offices[0])
    assert code_of(apply_correction, correction, actor=offices[0]) == "same_person"
    assert state_of(session, learner) == ("ABSENT", "ROLL_CALL")
    apply_correction(correction, actor=offices[1])
    assert state_of(session, learner) == ("PRESENT", "CORRECTION")
    assert code_of(apply_correction, correction, actor=offices[2]) == "already_checked"


def test_refused_it_changes_nothing_and_may_be_proposed_anew(roll, offices):
    session, learner, _ = roll
    row = refuse_correction(proposed(session, learner, offices[0]), actor=offices[1], reason="照片不清")
    assert (row.refused_reason, state_of(session, learner)[0]) == ("照片不清", "ABSENT")
    assert proposed(session, learner, session.training_class.head_teacher).pk != row.pk


def test_not_twice_at_once_nor_to_what_it_is(roll, offices):
    session, learner, _ = roll
    assert code_of(proposed, session, learner, offices[0], "ABSENT") == "unchanged"
    proposed(session, learner, offices[0])
    with pytest.raises(ValidationError):
        proposed(session, learner, offices[1])


def test_checked_by_the_office_of_the_class_only(roll, offices, districts):
    session, learner, _ = roll
    correction = proposed(session, learner, offices[0])
    for user in (session.training_class.head_teacher, factory.make_staff("DISTRICT_OFFICE", districts["PD"])):
        with pytest.raises(PermissionDenied):
            apply_correction(correction, actor=user)


def test_after_posting_the_ledger_follows(roll, offices):
    session, learner, _ = roll
    post(session.training_class, offices)
    assert Entry.objects.count() == 0
    apply_correction(proposed(session, learner, offices[0]), actor=offices[1])
    assert sum(entry.hours for entry in learner.officer.entries.all()) == 4
    apply_correction(proposed(session, learner, offices[0], "ABSENT"), actor=offices[1])
    assert (Entry.objects.count(), sum(entry.hours for entry in learner.officer.entries.all())) == (2, 0)


class TestAppeals:
    def file(self, session, learner, actor=None) -> Appeal:
        return file_appeal(learner, session, "我在教室，签到屏坏了", actor=actor or learner.officer.user)

    def test_granted_before_posting(self, roll, offices):
        session, learner, _ = roll
        appeal = grant_appeal(self.file(session, learner), actor=offices[0], state="PRESENT", reply="查实")
        assert (appeal.state, state_of(session, learner)) == ("GRANTED", ("PRESENT", "CORRECTION"))
        trail = AttendanceCorrection.objects.get()
        assert (trail.made_by, trail.checked_by) == (learner.officer.user, offices[0])

    def test_granted_after_posting_by_a_linked_entry(self, roll, offices, client):
        session, learner, _ = roll
        post(session.training_class, offices)
        learner.refresh_from_db()
        grant_appeal(self.file(session, learner), actor=offices[2], state="PRESENT", reply="查实")
        entry = learner.officer.entries.get()
        assert (entry.hours, entry.evidence) == (4, session.attendance.get().evidence_key)
        client.force_login(learner.officer.user)
        book = client.get(f"{reverse('ledger:book')}?year={MONDAY.year}").content.decode()
        assert reverse("training:appeal_of", args=[session.pk]) in book

    def test_refused_with_a_reason_and_both_told(self, roll, offices):
        session, learner, _ = roll
        appeal = refuse_appeal(self.file(session, learner), actor=offices[0], reply="监控显示不在")
        assert (appeal.state, state_of(session, learner)[0]) == ("REFUSED", "ABSENT")
        for user in (learner.officer.user, session.training_class.head_teacher):
            assert user.deliveries.filter(notice__title__startswith="申诉不予采纳").count() == 1
        assert code_of(grant_appeal, appeal, actor=offices[1], state="PRESENT", reply="x") == "already_decided"

    def test_not_decided_by_who_had_a_hand_in_it(self, roll, offices):
        session, learner, _ = roll
        session.attendance.update(by=offices[0])
        session.roll_closed_at, session.roll_closed_by = timezone.now(), offices[1]
        session.save()
        appeal = self.file(session, learner)
        for involved in offices[:2]:
            assert code_of(refuse_appeal, appeal, actor=involved, reply="x") == "involved"
        with pytest.raises(PermissionDenied):
            grant_appeal(appeal, actor=session.training_class.head_teacher, state="PRESENT", reply="x")
        assert refuse_appeal(appeal, actor=offices[2], reply="x").state == "REFUSED"

    def test_within_the_working_days_of_the_rule(self, roll, offices):
        session, learner, clock = roll
        clock.move_to(session.during.upper + 14 * DAY)  # the tenth working day after a Monday
        appeal = self.file(session, learner)
        appeal.delete()
        clock.shift(DAY)
        assert code_of(self.file, session, learner) == "too_late"

    def test_the_days_run_anew_from_the_result(self, roll, offices):
        session, learner, clock = roll
        clock.move_to(session.during.upper + 20 * DAY)
        post(session.training_class, offices)
        learner.refresh_from_db()
        assert self.file(session, learner).state == "FILED"

    def test_one_at_a_time_by_the_learner_after_the_session(self, roll, offices):
        session, learner, clock = roll
        with pytest.raises(PermissionDenied):
            self.file(session, learner, actor=offices[0])
        self.file(session, learner)
        with pytest.raises(ValidationError):
            self.file(session, learner)
        clock.move_to(session.during.lower)
        assert code_of(self.file, session, learner) == "not_ended"

    def test_not_while_a_correction_waits(self, roll, offices):
        session, learner, _ = roll
        proposed(session, learner, offices[0], "LATE")
        appeal = self.file(session, learner)
        assert code_of(grant_appeal, appeal, actor=offices[1], state="PRESENT", reply="x") == "correction_open"

    def test_overdue_when_the_working_days_are_over(self, roll):
        session, learner, _ = roll
        self.file(session, learner)
        today = timezone.localdate()
        last = workdays.after(today, 15)
        assert not Appeal.objects.overdue(overdue_since(last)).exists()
        assert Appeal.objects.overdue(overdue_since(workdays.after(last, 1))).exists()


def test_working_days_skip_the_weekend():
    assert workdays.after(MONDAY, 10) == MONDAY + 14 * DAY
    assert workdays.before(MONDAY, 1) == MONDAY - 3 * DAY
    assert workdays.after(MONDAY - DAY, 1) == MONDAY
