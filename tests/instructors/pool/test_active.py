"""Whether somebody may teach on a day has one answer, wherever it is asked."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from courses.training.models import ClassSession
from courses.training.services.sessions import save_session
from instructors.pool.models import Bar, Instructor
from instructors.pool.services.bars import why_not
from tests import factory
from tests.courses.training.factory import MONDAY, during, make_class, make_session
from tests.instructors.pool.factory import make_appointment, refused, term

pytestmark = pytest.mark.django_db
DAYS = [MONDAY + timedelta(days=number) for number in (-1, 0, 1)]
ENDS = [*DAYS, None]
TERMS = [(begin, end) for begin, end in product(DAYS, ENDS) if end is None or begin <= end]


@pytest.fixture
def row(districts):
    return make_class(districts["PD"])


def make_person(unit) -> Instructor:
    return Instructor.objects.create(officer=factory.make_officer(unit), unit=unit, name="教员")


def answers(person: Instructor, day: date) -> set[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pool_instructor_active(%s, %s)", [person.pk, day])
        in_database = cursor.fetchone()[0]
    return {
        Instructor.objects.active_on(day).filter(pk=person.pk).exists(),
        Instructor.objects.with_active(day).get(pk=person.pk).is_active,
        person.is_active_on(day),
        why_not(person, day) == "",
        in_database,
    }


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(("begin", "end"), TERMS)
def test_every_term_and_day_has_one_answer(begin, end, day, districts):
    person = make_person(districts["PD"])
    make_appointment(person, from_on=begin, until_on=end)
    assert answers(person, day) == {begin <= day and (end is None or day <= end)}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize(("begin", "end"), TERMS)
def test_every_bar_and_day_has_one_answer(begin, end, day, districts):
    person = make_person(districts["PD"])
    make_appointment(person, from_on=date(2020, 1, 1))
    Bar.objects.create(officer=person.officer, kind="CERTIFICATE", during=term(begin, end), reason="暂扣", evidence="x")
    assert answers(person, day) == {not (begin <= day and (end is None or day <= end))}


def test_neither_a_proposal_nor_another_persons_bar_counts(districts):
    person, other = make_person(districts["PD"]), make_person(districts["PD"])
    make_appointment(person, from_on=MONDAY, checked_by=None, checked_at=None)
    make_appointment(other, from_on=MONDAY)
    assert (answers(person, MONDAY), answers(other, MONDAY)) == ({False}, {True})
    outsider = Instructor.objects.create(unit=districts["PD"], name="某教授")
    make_appointment(outsider, from_on=MONDAY, level="EXTERNAL")
    Bar.objects.create(instructor=outsider, kind="SUSPENDED", during=term(MONDAY, None), reason="停聘", evidence="y")
    assert answers(outsider, MONDAY) == {False}


def test_two_terms_that_meet_leave_no_gap(districts):
    person = make_person(districts["PD"])
    make_appointment(person, from_on=DAYS[0], until_on=DAYS[0])
    make_appointment(person, from_on=DAYS[1], until_on=DAYS[1])
    assert [answers(person, day) for day in DAYS] == [{True}, {True}, {False}]
    with pytest.raises(IntegrityError), transaction.atomic():
        make_appointment(person, from_on=DAYS[1])
    make_appointment(person, from_on=DAYS[1], level="LEGAL")


def test_a_term_that_ended_the_day_before_is_refused_with_the_reason(row):
    office, person = factory.make_staff("DISTRICT_OFFICE", row.unit), make_person(row.unit)
    make_appointment(person, from_on=DAYS[0], until_on=DAYS[0])
    session = ClassSession(training_class=row, title="课", during=during(), instructor=person)
    assert refused(save_session, session, actor=office) == "instructor_not_active"
    assert "3月1日" in why_not(person, MONDAY)


def test_past_the_service_the_database_refuses(row):
    person = make_person(row.unit)
    make_appointment(person, from_on=DAYS[0], until_on=DAYS[0])
    with pytest.raises(IntegrityError, match="may not teach"), transaction.atomic():
        make_session(row, instructor=person)
    session = make_session(row)
    with pytest.raises(IntegrityError, match="may not teach"), transaction.atomic():
        ClassSession.objects.filter(pk=session.pk).update(instructor=person)


def test_sessions_to_come_of_who_may_teach_no_more_are_found(districts):
    coming = timezone.localdate() + timedelta(days=30)
    row = make_class(districts["PD"], starts_on=coming)
    person, other = make_person(row.unit), make_person(row.unit)
    held = make_appointment(person, from_on=MONDAY)
    make_appointment(other, from_on=MONDAY)
    left, _ = make_session(row, instructor=person), make_session(row, instructor=other)
    make_session(row)
    assert not ClassSession.objects.without_teacher().exists()
    held.during = term(MONDAY, coming - timedelta(days=1))
    held.save()
    assert list(ClassSession.objects.without_teacher()) == [left]


def test_what_ends_afterwards_does_not_lock_the_session(row):
    person = make_person(row.unit)
    held = make_appointment(person, from_on=DAYS[0])
    session = make_session(row, instructor=person)
    held.during = term(DAYS[0], DAYS[0])
    held.save()
    session.title = "改了课题"
    session.save()
    assert ClassSession.objects.get().title == "改了课题"
