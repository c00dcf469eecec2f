"""Learners' opinions of a lesson: from those who were there, once, without a name, shown from enough people."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from courses.training.models import ClassSession, SessionRater
from courses.training.services.rating import ratable, rate
from courses.training.services.teaching import evidence_of
from instructors.pool.models import LessonRating
from instructors.pool.services.ratings import rating_of
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment, make_instructor, make_session
from tests.instructors.pool.factory import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(rules, districts):
    return make_instructor(districts["PD"], level="DISTRICT")


@pytest.fixture
def lesson(teacher, districts) -> ClassSession:
    yesterday = timezone.localdate() - timedelta(days=1)
    row = make_class(districts["PD"], state="READY", starts_on=yesterday)
    return make_session(row, instructor=teacher)


def attend(lesson, officer=None, state="PRESENT"):
    enrollment = make_enrollment(lesson.training_class, officer)
    lesson.attendance.create(
        enrollment=enrollment, state=state, method="CODE", signed_at=timezone.now(), by=factory.make_user()
    )
    return enrollment.officer


def test_once_by_whoever_was_there(lesson, teacher):
    officer, absent = attend(lesson), attend(lesson, state="ABSENT")
    assert list(ratable(officer, timezone.now())) == [lesson]
    rate(lesson, officer, [5, 4, 4, 5], "讲得清楚")
    assert LessonRating.objects.get().score == 90
    assert refused(rate, lesson, officer, [5, 5, 5, 5]) == "already_rated"
    assert refused(rate, lesson, absent, [5, 5, 5, 5]) == "not_there"
    assert refused(rate, lesson, attend(lesson, teacher.officer), [5] * 4) == "oneself"
    assert refused(rate, lesson, attend(lesson), [5, 6, 5, 5]) == "stars"


def test_neither_before_the_end_nor_after_a_week(lesson, time_machine):
    officer = attend(lesson)
    time_machine.move_to(lesson.during.upper - timedelta(minutes=1))
    assert refused(rate, lesson, officer, [5] * 4) == "closed"
    time_machine.move_to(lesson.during.upper + timedelta(days=7, minutes=1))
    assert refused(rate, lesson, officer, [5] * 4) == "closed"
    time_machine.move_to(lesson.during.upper + timedelta(days=6))
    rate(lesson, officer, [5] * 4)


def test_nothing_leads_from_an_opinion_to_a_person(lesson):
    rate(lesson, attend(lesson), [5] * 4)
    said, known = LessonRating.objects.get(), SessionRater.objects.get()
    fields = {field.name for field in LessonRating._meta.fields}
    assert fields == {"id", "instructor", "evidence", "on", "score", "comment"}
    assert said.pk != known.pk
    assert str(known.enrollment.officer) not in str(said.__dict__)


@pytest.mark.parametrize("count", [4, 5])
def test_shown_from_five(count, lesson, teacher):
    for _ in range(count):
        rate(lesson, attend(lesson), [4] * 4)
    found = rating_of(LessonRating.objects.filter(evidence=evidence_of(lesson)), 5)
    assert (found.count, found.mean) == (count, 80 if count == 5 else None)


def test_the_phone(lesson, teacher, client, settings):
    officer = attend(lesson)
    client.force_login(officer.user)
    assert "课后测评" in client.get(reverse("training:mine")).content.decode()
    url = reverse("training:rate", args=[lesson.pk])
    answer = client.post(url, {"star_0": "5"})
    assert answer.context["form"].has_error("star_1", "required")
    stars = {f"star_{number}": "4" for number in range(4)}
    assert client.post(url, stars).url == reverse("training:mine")
    assert client.post(url, stars).context["form"].non_field_errors()
    client.force_login(factory.make_officer(officer.unit).user)
    assert client.get(url).status_code == 404
