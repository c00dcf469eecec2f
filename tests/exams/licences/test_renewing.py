"""The night finds what runs out, tells its holder and gives him the course, which then counts for the renewal."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from courses.learning.models import CourseAssignment, CourseProgress
from courses.learning.services.assignments import open_assignments, people_of
from exams.licences.models import EnforcementCertificate
from exams.licences.services.eligibility import findings_of
from exams.licences.services.nightly import run_night
from exams.licences.services.renewing import due_on
from lms.notices.models import Delivery
from lms.people.access import Role
from tests import factory
from tests.courses.shelf import make_course
from tests.exams.licences.factory import give_hours, make_held

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def team(rules, districts):
    return districts["PD-01"]


def in_days(number: int):
    return TODAY() + timedelta(days=number)


def test_what_runs_out_within_the_days_of_the_rule(team):
    rows = [make_held(team, valid_until=in_days(days)) for days in (179, 180, 181)]
    night = run_night(TODAY())
    assert (night.due, night.assigned) == (2, 0)
    assert [EnforcementCertificate.objects.get(pk=row.pk).state for row in rows] == [
        "RENEWAL_DUE",
        "RENEWAL_DUE",
        "ISSUED",
    ]
    assert run_night(TODAY()).due == 0
    assert Delivery.objects.filter(user__in=[row.officer.user for row in rows]).count() == 2
    assert EnforcementCertificate.objects.deployable(TODAY()).count() == 3


def test_a_suspension_ends_with_its_last_day(team):
    over = make_held(team, "ISSUED")
    call_command("tend_licences", verbosity=0)
    from_state = EnforcementCertificate.objects.filter(pk=over.pk)
    from_state.update(state="SUSPENDED", suspended_until=in_days(-1), valid_until=in_days(900))
    still = make_held(team, "SUSPENDED", suspended_until=TODAY(), valid_until=in_days(900))
    assert run_night(TODAY()).resumed == 1
    assert from_state.get().state == "ISSUED"
    assert EnforcementCertificate.objects.get(pk=still.pk).state == "SUSPENDED"


def test_what_has_run_out_is_no_longer_deployable_and_is_proposed(team):
    make_held(team, "RENEWAL_DUE", valid_until=in_days(-1))
    assert EnforcementCertificate.objects.deployable(TODAY()).count() == 0
    assert [run_night(TODAY()).proposed for _ in range(2)] == [1, 0]


def test_before_the_month_it_runs_out_in():
    today = TODAY().replace(year=2026, month=11, day=22)
    assert due_on(today.replace(year=2027, month=4, day=15), today).isoformat() == "2027-03-31"
    assert due_on(today.replace(month=12, day=10), today).isoformat() == "2026-12-10"
    assert due_on(today.replace(year=2027, month=1, day=5), today).isoformat() == "2026-12-31"


def learn(officer, course, year=None) -> None:
    CourseProgress.objects.create(
        officer=officer, version=course.versions.get(), year=year or TODAY().year, started_at=timezone.now(),
        completed_at=timezone.now(),
    )  # fmt: skip


def test_the_course_is_given_to_those_who_are_due_and_to_nobody_else(team, access):
    course = make_course("C05", title="城管条例")
    due = [make_held(team, valid_until=in_days(100)) for _ in range(2)]
    other = make_held(team, valid_until=in_days(400))
    assert run_night(TODAY()).assigned == 2
    assert run_night(TODAY()).assigned == 0
    [task] = CourseAssignment.objects.all()
    assert (task.is_named, task.course_id, task.made_by) == (True, course.pk, None)
    assert set(task.people.all()) == {row.officer for row in due}
    assert [one.pk for one in open_assignments(due[0].officer, TODAY())] == [task.pk]
    assert open_assignments(other.officer, TODAY()) == []
    late = make_held(team, valid_until=in_days(100))
    run_night(TODAY())
    assert CourseAssignment.objects.count() == 1
    assert late.officer in task.people.all()


def test_the_course_counts_for_the_renewal_and_ends_the_task(team, access):
    course = make_course("C05", title="城管条例")
    row = make_held(team, valid_until=in_days(100))
    give_hours([row.officer])
    run_night(TODAY())
    row = EnforcementCertificate.objects.select_related("officer__unit", "renewal_task").get(pk=row.pk)
    assert [one.code for one in findings_of([row], TODAY())[row.pk] if not one.is_met] == ["course"]
    learn(row.officer, course)
    assert [one.code for one in findings_of([row], TODAY())[row.pk] if not one.is_met] == []
    assert open_assignments(row.officer, TODAY()) == []
    office = factory.make_staff(Role.CITY_OFFICE, row.officer.unit.get_root())
    assert [one.state for one in people_of(row.renewal_task, office)] == ["DONE"]
