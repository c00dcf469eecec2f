from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from wagtail.models import Page

from courses.catalogue.models import Course, CourseVersion, Courseware
from courses.learning.models import CourseProgress
from courses.learning.services.assignments import open_assignments
from exams.bank.models import Question
from exams.sittings.models import Outcome
from instructors.bases.models import PracticeBase
from instructors.mentorship.models import Mentorship
from instructors.studios.models import InstructorStudio
from lms.certificates.models import Certificate
from lms.certificates.services.batches import due_groups
from lms.ledger.models import Entry, ImportedRecord, Obligation
from lms.ledger.services.verification import verify
from lms.people.models import Officer, OrgUnit, RoleGrant, User
from lms.portal.demo.behaviour import bands, calendar_of, lines_of
from lms.portal.demo.city import STANDARD, units_of
from lms.portal.demo.learners import CERTIFIED, LEARNERS
from lms.portal.demo.people import WALKER, people_of

TODAY = date(2026, 10, 31)


@pytest.fixture
def seeded(access):
    out = StringIO()
    call_command("seed_demo", "--profile", "small", stdout=out)
    return out.getvalue()


def persons(profile="small"):
    return list(people_of(units_of(profile), 2026, 2026, TODAY))


def test_standard_is_the_table():
    assert len(STANDARD) == 21
    assert [sum(getattr(unit, name) for unit in STANDARD) for name in ("people", "serving", "teams")] == [
        8159,
        7800,
        233,
    ]
    assert sum(unit.people for unit in units_of("stress")) == 10_000
    assert len(persons("standard")) == 8159


def test_same_seed_same_people_and_lines():
    calendar = calendar_of(2026)
    assert persons() == persons()
    assert [list(lines_of(person, "near", calendar, 1)) for person in persons()[:5]] == [
        list(lines_of(person, "near", calendar, 1)) for person in persons()[:5]
    ]
    assert list(people_of(units_of("small"), 7, 2026, TODAY)) != persons()


def test_bands_on_the_last_of_october_are_exact():
    people, calendar = persons(), calendar_of(2026)
    found = bands(people, 2026)
    sums = {}
    for person in people:
        lines = [one for one in lines_of(person, found[person.staff_no], calendar, 2026) if one.on <= TODAY]
        counted = [-one.quarters if one.reverses else one.quarters for one in lines if one.category != "POLITICS"]
        sums[person.staff_no] = sum(counted) / 4
    counts = [
        sum(low <= hours < high for hours in sums.values()) for low, high in ((60, 99), (45, 60), (30, 45), (0, 30))
    ]
    assert counts == [168, 48, 17, 7]
    assert sums[WALKER] == 31.25


@pytest.mark.django_db
def test_small_city(seeded):
    assert Officer.objects.count() == Obligation.objects.count() == 240
    assert OrgUnit.objects.teams().filter(daily_parent__kind="STREET").count() == OrgUnit.objects.teams().count() == 5
    learnt = Entry.objects.filter(reverses=None, rule_version__rule__code__in=["R00", "R05"])
    assert learnt.count() == ImportedRecord.objects.count() + LEARNERS
    assert InstructorStudio.objects.running().count() == 5
    assert {"ACTIVE", "TERMINATED"} <= set(Mentorship.objects.values_list("state", flat=True))
    live, current = Course.objects.live(), CourseVersion.objects.current()
    assert live.filter(practice_bases=None).count() == current.filter(course__practice_bases=None).count() == 10
    assert Counter(PracticeBase.objects.values_list("state", flat=True)) == {"ACTIVE": 5, "INCOMPLETE": 1}
    assert Course.objects.live().search("处罚法").count() >= 1
    assert Courseware.objects.filter(kind="VIDEO", checked_by__isnull=False).count() == 8
    assert [course.code for course in Course.objects.stale()] == ["C17"]
    assert Question.objects.usable().count() == 301  # one of them is marked by people
    walker = Officer.objects.get(staff_no=WALKER)
    assert open_assignments(walker, timezone.localdate())[0].title == "微课：当场处罚的三个条件"
    assert RoleGrant.objects.current().values("role").distinct().count() == 20
    assert User.objects.get(username="SECURITY-ADMIN").has_perm("people.grant_roles")
    assert "demo_code" in seeded
    assert CourseProgress.objects.filter(entry__isnull=False).count() == LEARNERS
    assert not CourseProgress.objects.filter(officer=walker).exists()
    passed = Outcome.objects.latest().filter(is_passed=True).count()
    states = Counter(Certificate.objects.filter(officer__isnull=False).values_list("state", flat=True))
    assert (states, passed > 0) == ({"VALID": CERTIFIED - 2 + passed, "SUSPENDED": 1, "REVOKED": 1}, True)
    assert any(group.due > 0 for group in due_groups(User.objects.get(username="CITY-OFFICE")))
    assert Page.get_first_root_node().title == "全部页面"
    assert verify().breaks == []
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a city of one transaction has no statistics, and plans without them take minutes
    call_command("audit_invariants", stdout=StringIO())


@pytest.mark.django_db
def test_refuses_a_city_that_has_people(officer):
    with pytest.raises(CommandError):
        call_command("seed_demo", "--profile", "small", stdout=StringIO())
