"""The limit of leave (R08): warned at a tenth, proposed past a seventh, decided by an office."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from courses.training.models import DismissalProposal
from courses.training.services.absence import absences, dismiss_for_absence, keep_despite_absence
from courses.training.services.attendance import Mark, put_all
from lms.audit.models import AuditEvent
from tests import factory
from tests.courses.training.factory import MONDAY, make_class, make_enrollment, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
HALF_DAY = Decimal(4)


@pytest.fixture
def office(districts, access):
    return factory.make_staff("DISTRICT_OFFICE", districts["XH"])


@pytest.fixture
def learner(districts, office):
    """Of a class of 21 half-days: two are a tenth, three are a seventh, four are more."""
    row = make_class(districts["XH"], state="READY", head_teacher=factory.make_user())
    for day in range(7):
        for begin, end in (("08:00", "10:00"), ("10:00", "12:00"), ("13:30", "17:00")):
            make_session(row, MONDAY.replace(day=2 + day), begin, end)
    return make_enrollment(row)


def miss(learner, count, state="ABSENT"):
    """Of the sessions nothing is known of yet."""
    for session in learner.training_class.sessions.exclude(attendance__enrollment=learner)[:count]:
        put_all(session, [(learner, Mark(state, "ROLL_CALL", learner.made_by, session.during.lower))])
    learner.refresh_from_db()
    return learner


def absence_of(learner):
    return absences(learner.training_class, [learner.pk])[learner.pk]


def told(user, words) -> int:
    return user.deliveries.filter(notice__title__startswith=words).count()


def test_hours_missed_of_the_hours_of_the_class(learner):
    absence = absence_of(miss(miss(learner, 1), 1, "LEAVE"))
    assert (absence.missed, absence.total) == (2 * HALF_DAY, 21 * HALF_DAY)
    assert str(absence) == "9.5%（8.00/84.00学时）"


def test_a_cancelled_session_is_no_part_of_it(learner):
    learner.training_class.sessions.filter(pk=learner.training_class.sessions.first().pk).update(is_cancelled=True)
    assert absence_of(learner).total == 20 * HALF_DAY


def test_every_third_late_is_an_absence(learner):
    assert [absence_of(miss(learner, 1, "LATE")).missed for _ in range(4)] == [0, 0, HALF_DAY, HALF_DAY]


def test_warned_once_at_a_tenth(learner):
    assert miss(learner, 2).warned_at is None
    warned_at = miss(learner, 1, "LEAVE").warned_at
    assert warned_at
    assert miss(learner, 1).warned_at == warned_at
    assert told(learner.officer.user, "缺勤提醒") == 1


def test_a_seventh_is_allowed_and_more_is_proposed_never_done(learner, office):
    assert miss(learner, 3).dismissal_proposed_at is None
    assert miss(learner, 1).dismissal_proposed_at
    assert learner.state == "CONFIRMED"
    everybody = (learner.officer.user, office, learner.training_class.head_teacher)
    assert [told(user, "缺勤超限") for user in everybody] == [1, 1, 1]


def test_put_right_the_proposal_lapses(learner):
    miss(learner, 4)
    row = learner.attendance.select_related("session__training_class").first()
    put_all(row.session, [(learner, Mark("PRESENT", "CORRECTION", learner.made_by, row.signed_at))])
    learner.refresh_from_db()
    assert learner.dismissal_proposed_at is None
    assert AuditEvent.objects.filter(action="training.lapse_dismissal").exists()


def test_the_office_dismisses_with_a_reason(learner, office):
    proposal = DismissalProposal.objects.get(pk=miss(learner, 4).pk)
    assert dismiss_for_absence(proposal, actor=office, reason="缺勤过多").state == "DISMISSED"
    assert AuditEvent.objects.get(action="training.dismiss").detail["absence"] == "19.0%（16.00/84.00学时）"
    with pytest.raises(ValidationError) as refusal:
        keep_despite_absence(proposal, actor=office, reason="改主意")
    assert refusal.value.code == "no_proposal"


def test_kept_he_is_proposed_again_only_when_he_misses_more(learner, office):
    proposal = DismissalProposal.objects.get(pk=miss(learner, 4).pk)
    keep_despite_absence(proposal, actor=office, reason="病假有证明")
    assert miss(learner, 1, "PRESENT").dismissal_proposed_at is None
    assert miss(learner, 1).dismissal_proposed_at


def test_the_same_queries_for_one_and_for_many(learner, django_assert_num_queries):
    row = learner.training_class
    many = [learner.pk, *(make_enrollment(row).pk for _ in range(10))]
    for people in ([learner.pk], many):
        with django_assert_num_queries(4):
            absences(row, people)
