"""Papers and slides: opened as a file, read by the clock like a text."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from courses.learning.models import CourseProgress, LessonReading
from courses.learning.services.reading import begin_course, finish_lesson, open_lesson
from tests.courses.learning.films import Player, freeze, make_film_course
from tests.courses.shelf import make_course, make_courseware

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
QUESTION = {"at": 0, "stem": "甲？", "options": ["对", "错"], "answer": 1, "explain": "因为"}


@pytest.mark.parametrize("kind", ["PDF", "SLIDES"])
def test_a_paper_is_read_by_the_clock(access, rules, officer, client, kind):
    media = make_courseware(kind, seconds=None, content=b"%PDF-1.7").pk
    lesson = {"title": "读", "kind": kind, "html": "", "seconds": 900, "media": media, "questions": [QUESTION]}
    course = freeze(make_course(), [lesson]).course_id
    client.force_login(officer.user)
    with time_machine.travel(MORNING, tick=False) as clock:
        page = client.get(reverse("learning:lesson", args=[course, 1]))
        file = reverse("learning:media", args=[CourseProgress.objects.get().pk, 1])
        assert file in page.content.decode()
        assert client.get(file)["Content-Type"] == "application/pdf"
        clock.shift(timedelta(minutes=15))
        client.post(reverse("learning:finish", args=[course, 1]))
        assert CourseProgress.objects.get().completed_at is None, "the question is not answered"
        body = {"progress": CourseProgress.objects.get().pk, "position": 1, "question": 0, "chosen": 1}
        client.post(reverse("learning:answer"), body, content_type="application/json")
        client.post(reverse("learning:finish", args=[course, 1]))
    assert CourseProgress.objects.get().completed_at == MORNING + timedelta(minutes=15)


@pytest.fixture
def paper(access, rules):
    media = make_courseware("PDF", seconds=None, content=b"%PDF-1.7")
    media.pages = 3
    media.save(update_fields=["pages"])
    lesson = {"title": "读", "kind": "PDF", "html": "", "seconds": 600, "media": media.pk, "questions": []}
    return freeze(make_course(), [lesson])


def test_every_page_has_to_be_open_for_its_share(paper, officer, client):
    """600 s and 3 pages: each 200 s on average, at least 100 s by the rule, 600 s in all."""
    client.force_login(officer.user)
    lesson, finish = (
        reverse("learning:lesson", args=[paper.course_id, 1]),
        reverse("learning:finish", args=[paper.course_id, 1]),
    )
    with time_machine.travel(MORNING, tick=False) as clock:
        client.get(lesson)
        clock.shift(timedelta(seconds=440))
        client.get(lesson, {"page": 2})
        clock.shift(timedelta(seconds=99))
        client.get(lesson, {"page": 3})
        clock.shift(timedelta(seconds=100))
        with pytest.raises(ValidationError) as refusal:
            finish_lesson(CourseProgress.objects.get(), 1)
        assert refusal.value.code == "pages_unread"
        client.get(lesson, {"page": 2})
        clock.shift(timedelta(seconds=1))
        client.post(finish)
    assert CourseProgress.objects.get().completed_at
    assert LessonReading.objects.get().pages == [440, 100, 100]


def test_what_passes_elsewhere_is_no_pages_time(paper, officer):
    with time_machine.travel(MORNING, tick=False) as clock:
        progress = begin_course(officer, paper)
        open_lesson(progress, 1, 2)
        clock.shift(timedelta(seconds=60.5))
        open_lesson(progress, 1, 3)
        clock.shift(timedelta(seconds=0.5))
        Player(officer, make_film_course("F02"))
        clock.shift(timedelta(hours=1))
    reading = LessonReading.objects.get()
    assert (reading.pages, reading.seconds, reading.opened_at) == ([0, 60, 1], 61, None)


@pytest.mark.parametrize("page", ["4", "99999999999"])
def test_no_such_page(paper, officer, client, page):
    client.force_login(officer.user)
    assert client.get(reverse("learning:lesson", args=[paper.course_id, 1]), {"page": page}).status_code == 404
