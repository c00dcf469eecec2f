"""Papers and slides: opened as a file, read by the clock like a text."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from courses.learning.models import CourseProgress
from tests.courses.learning.films import freeze
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
