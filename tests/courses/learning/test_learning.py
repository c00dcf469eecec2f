from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError

from courses.learning.models import LessonReading
from courses.learning.services.reading import begin_course, finish_lesson, open_lesson
from lms.ledger.models import Entry
from tests.courses.shelf import make_course, publish

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def course(access, rules):
    return make_course(minutes=(15, 30))


def read(progress, position, clock, minutes):
    open_lesson(progress, position)
    clock.shift(timedelta(minutes=minutes))
    return finish_lesson(progress, position)


def test_reading_to_the_end_posts_by_r05(course, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        assert read(progress, 1, clock, 15).completed_at is None
        done = read(progress, 2, clock, 30)
    assert (done.entry.hours, done.entry.credits) == (Decimal("1.00"), Decimal("0.4"))
    assert done.entry.evidence == f"learning.courseprogress:{done.pk}"


def test_a_lesson_is_not_read_before_its_time(course, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        open_lesson(progress, 1)
        clock.shift(timedelta(minutes=14, seconds=59))
        with pytest.raises(ValidationError) as refusal:
            finish_lesson(progress, 1)
    assert refusal.value.code == "too_early"


def test_two_lessons_open_at_once_never_count_double(course, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        open_lesson(progress, 1)
        open_lesson(progress, 2)
        clock.shift(timedelta(minutes=20))
        with pytest.raises(ValidationError):
            finish_lesson(progress, 1)
    assert LessonReading.objects.filter(opened_at__isnull=False).count() == 1


def test_time_already_read_is_kept_when_another_lesson_is_opened(course, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        open_lesson(progress, 1)
        clock.shift(timedelta(minutes=10))
        open_lesson(progress, 2)
        clock.shift(timedelta(minutes=5))
        read(progress, 1, clock, 5)
    assert progress.readings.get(position=1).finished_at


def test_finishing_again_posts_nothing_more(course, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        for position, minutes in ((1, 15), (2, 30), (2, 0), (1, 0)):
            read(progress, position, clock, minutes)
    assert Entry.objects.count() == 1


def test_a_new_version_counts_for_those_who_begin_it_and_not_for_those_under_way(course, officer):
    old = begin_course(officer, course.versions.get())
    course.title = "修订"
    publish(course)
    assert begin_course(officer, course.versions.get(number=2)) == old


def test_at_night_nothing_counts_and_the_line_says_so(course, officer):
    with time_machine.travel(MORNING.replace(hour=22), tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        read(progress, 1, clock, 15)
        entry = read(progress, 2, clock, 30).entry
    assert (entry.hours, entry.capped_hours, entry.reasons) == (0, Decimal("1.00"), ["quiet_hours"])


def test_politics_is_recorded_and_does_not_count(access, rules, officer):
    course = make_course(minutes=(45,), category="POLITICS", module="XI_LAW")
    with time_machine.travel(MORNING, tick=False) as clock:
        entry = read(begin_course(officer, course.versions.get()), 1, clock, 45).entry
    assert (entry.hours, entry.counts_hours, entry.counts_credits) == (Decimal("1.00"), False, False)


@pytest.mark.parametrize(("moment", "year"), [(-1, 2026), (0, 2027)])
def test_the_year_turns_at_midnight_in_shanghai(course, officer, moment, year):
    midnight = datetime(2027, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai")) + timedelta(seconds=moment)
    with time_machine.travel(midnight - timedelta(minutes=45), tick=False) as clock:
        progress = begin_course(officer, course.versions.get())
        read(progress, 1, clock, 15)
        entry = read(progress, 2, clock, 30).entry
    assert entry.year == year
