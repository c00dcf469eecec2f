"""Who did not come, who may come again, and who may see and do what with a list."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.sittings.models import Attempt, Candidate, Exam, Sitting, UnitQuota
from exams.sittings.services.absence import mark_absent, open_resit, resit_list
from exams.sittings.services.scoring import score_attempt
from exams.sittings.services.submitting import submit
from lms.people.access import Role
from tests import factory
from tests.exams.papers.factory import make_question
from tests.exams.sittings.factory import make_attempt, make_candidate, make_exam, make_open_attempt, make_sitting
from tests.exams.sittings.office import make_draft, plan_sitting, soon

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(db):
    return factory.make_user()


@pytest.fixture
def exam(districts):
    return make_exam(districts["PD"])


def test_absent_is_who_never_began_once_his_own_time_is_over(exam, districts, actor):
    sitting = make_sitting(exam, opens=-300, minutes=180)
    missing, extended = make_candidate(sitting), make_candidate(sitting)
    wrote = make_attempt(sitting)
    now = timezone.now()
    Attempt.objects.filter(pk=wrote.pk).update(state="SUBMITTED", started_at=now, finished_at=now, submitted_at=now)
    exam.overrides.create(candidate=extended, closes_at=soon(1), reason="设备", made_by=actor,
                          checked_by=factory.make_user(), checked_at=timezone.now())  # fmt: skip
    assert mark_absent() == 1
    assert mark_absent() == 0
    states = dict(Candidate.objects.values_list("pk", "state"))
    assert states == {missing.pk: "ABSENT", extended.pk: "EXPECTED", wrote.candidate_id: "EXPECTED"}


def test_absent_and_deferred_sit_again_as_often_as_the_exam_allows(exam, districts, actor):
    exam.attempts = 1
    exam.save()
    sitting, later = make_sitting(exam, opens=-300, minutes=180), plan_sitting(exam)
    absent = make_candidate(sitting, state="ABSENT")
    deferred = make_candidate(sitting, state="DEFERRED", reason="公差")
    assert [one.candidate.pk for one in resit_list(exam)] == [deferred.pk], "an absent one has used his only turn"
    with pytest.raises(ValidationError) as caught:
        open_resit(later, [absent.officer], actor=actor)
    assert caught.value.code == "not_eligible"
    made = open_resit(later, [deferred.officer], actor=actor)[0].candidate
    assert (made.turn, made.sitting) == (2, later)
    assert resit_list(exam) == []


def hand_in_blank(sitting) -> Attempt:
    attempt = make_open_attempt(sitting)
    submit(attempt, Attempt.How.INVIGILATOR)
    attempt.refresh_from_db()
    score_attempt(attempt)
    return attempt


def test_whoever_failed_sits_again_once_machines_have_marked_it_all(exam, actor):
    exam.attempts = 2
    exam.save()
    failed, later = hand_in_blank(make_sitting(exam)), plan_sitting(exam)
    again = resit_list(exam)
    assert [(one.candidate, one.why) for one in again] == [(failed.candidate, "未通过")]
    open_resit(later, [failed.candidate.officer], actor=actor)
    Candidate.objects.filter(turn=2).update(state="ABSENT")
    assert resit_list(exam) == [], "two turns are used"


def test_where_people_mark_part_of_a_paper_nobody_has_failed_before_its_release(districts):
    exam = make_exam(districts["PD"], attempts=2)
    make_question(exam.blueprint.banks.get(), "short_answer")
    exam.blueprint.cells.create(order=9, type="short_answer", count=1, marks=10)
    hand_in_blank(make_sitting(exam))
    assert resit_list(exam) == []


def test_roles_of_an_exam(access, districts):
    admin = factory.make_staff(Role.EXAM_ADMIN, districts["PD"])
    chief = factory.make_staff(Role.CHIEF_EXAMINER, districts["PD"])
    office = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    auditor = factory.make_staff(Role.AUDITOR, districts["PD"])
    assert [one.has_perm("sittings.publish_exam") for one in (admin, chief, office, auditor)] == [
        False,
        True,
        False,
        False,
    ]
    assert [one.has_perm("sittings.run_exam") for one in (admin, chief, office, auditor)] == [True, False, False, False]
    assert [one.has_perm("sittings.nominate_candidate") for one in (admin, chief, office)] == [True, False, True]
    assert not office.has_perm("sittings.view_hall")
    watcher = factory.make_staff(Role.INVIGILATOR, districts["PD"])
    assert all(watcher.has_perm(f"sittings.{name}") for name in ("watch_exam", "compensate_exam", "add_incident"))
    assert not watcher.has_perm("sittings.view_candidate"), "those of his halls come by the hall"
    assert all(one.has_perm("sittings.view_candidate") for one in (admin, chief, office, auditor))


def test_a_unit_with_places_sees_the_exam_once_it_is_published_and_its_own_people_only(access, city, districts):
    exam = make_draft(city)
    sitting = plan_sitting(exam)
    UnitQuota.objects.create(sitting=sitting, unit=districts["PD"], places=3)
    office = factory.make_staff(Role.DISTRICT_OFFICE, districts["PD"])
    stranger = factory.make_staff(Role.DISTRICT_OFFICE, districts["XH"])
    assert not Exam.objects.visible_to(office).exists()
    Exam.objects.update(checked_by=factory.make_user(), checked_at=timezone.now())
    assert Exam.objects.visible_to(office).get() == exam
    assert Sitting.objects.visible_to(office).get() == sitting
    assert not Exam.objects.visible_to(stranger).exists()
    ours = make_candidate(sitting, factory.make_officer(districts["PD-01"]))
    make_candidate(sitting, factory.make_officer(districts["XH-01"]))
    assert list(Candidate.objects.visible_to(office)) == [ours]
