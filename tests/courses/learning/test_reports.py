"""What can be sent over HTTP: forged watch time, completion, somebody else's progress."""

import json
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.learning.models import CourseProgress, WatchSpan
from courses.learning.services.reading import begin_course
from lms.ledger.models import Entry
from lms.people.access import Role
from tests import factory
from tests.courses.learning.films import make_film_course

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 10, 28, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
QUESTION = {"at": 30, "stem": "甲？", "options": ["对", "错"], "answer": 1, "explain": "因为"}


class Phone:
    def __init__(self, officer, **options):
        self.client = Client(**options)
        self.client.force_login(officer.user)

    def post(self, name, **body):
        return self.client.post(reverse(f"learning:{name}"), json.dumps(body), content_type="application/json")

    def open(self, progress, *, position=1, take=False, tab=None):
        return self.post("lease", progress=progress.pk, position=position, tab=str(tab or uuid4()), take=take)

    def send(self, lease, *spans, position=1, message=None, **more):
        body = {"lease": lease, "message": message or str(uuid4()), "position": position, "spans": spans, "rate": 1}
        return self.post("spans", **body, client_at="2026-10-28T01:00:00Z", **more)


@pytest.fixture
def film(access, rules):
    return make_film_course(questions=[QUESTION])


@pytest.fixture
def progress(film, officer):
    return begin_course(officer, film)


@pytest.fixture
def phone(officer):
    return Phone(officer)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


def test_the_way_through_a_film(clock, progress, phone):
    lease = phone.open(progress).json()["lease"]
    clock.shift(timedelta(minutes=12))
    answer = phone.send(lease, [0, 720]).json()
    assert (answer["counted_seconds"], answer["covered"], answer["finished"]) == (720, [[0, 720]], False)
    done = phone.post("answer", progress=progress.pk, position=1, question=0, chosen=1).json()
    assert (done["is_right"], done["explain"], done["finished"], done["complete"]) == (True, "因为", True, True)
    assert Entry.objects.count() == 1


def test_a_message_costs_at_most_six_queries(clock, progress, phone, django_assert_max_num_queries):
    """Beside who is asking: session, account and the beginning and end of the transaction."""
    lease = phone.open(progress).json()["lease"]
    clock.shift(timedelta(minutes=1))
    phone.send(lease, [0, 15])
    with django_assert_max_num_queries(6 + 4):
        phone.send(lease, [15, 30])


def test_forged_time_is_kept_in_doubt_and_said(clock, progress, phone):
    lease = phone.open(progress).json()["lease"]
    clock.shift(timedelta(seconds=10))
    answer = phone.send(lease, [0, 720]).json()
    assert (answer["counted_seconds"], answer["quarantined"]) == (10, [[10, 720]])
    assert answer["message"]
    assert WatchSpan.objects.quarantined().count() == 1


def test_forged_completion_is_refused(clock, progress, phone):
    lease = phone.open(progress).json()["lease"]
    assert phone.send(lease, [0, 720], complete=True).json()["code"] == "fields"
    clock.shift(timedelta(hours=2))
    phone.client.post(reverse("learning:finish", args=[progress.version.course_id, 1]))
    progress.refresh_from_db()
    assert (progress.completed_at, Entry.objects.count()) == (None, 0)


def test_somebody_elses_progress_is_not_there(clock, film, progress, phone, districts):
    other = factory.make_officer(districts["XH-01"])
    theirs = begin_course(other, film)
    lease = Phone(other).open(theirs).json()["lease"]
    assert phone.send(lease, [0, 1]).status_code == 404
    assert phone.open(theirs).status_code == 404
    assert phone.post("answer", progress=theirs.pk, position=1, question=0, chosen=1).status_code == 404
    assert phone.client.get(reverse("learning:media", args=[theirs.pk, 1])).status_code == 404
    assert phone.send(str(uuid4()), [0, 1]).status_code == 404
    staff = Client()
    staff.force_login(factory.make_staff(Role.CITY_OFFICE, districts["PD"].get_root()))
    assert staff.get(reverse("learning:media", args=[theirs.pk, 1])).status_code == 404


@pytest.mark.parametrize("position", [0, 2, 70_000])
def test_no_such_lesson(clock, progress, phone, position):
    lease = phone.open(progress).json()["lease"]
    assert phone.send(lease, [0, 1], position=position).status_code == 404
    assert phone.open(progress, position=position).status_code == 404
    assert phone.client.get(reverse("learning:media", args=[progress.pk, position])).status_code == 404


def test_a_second_device_takes_over_and_the_first_is_told(clock, progress, phone):
    first = phone.open(progress).json()["lease"]
    busy = phone.open(progress)
    assert (busy.status_code, busy.json()["code"]) == (409, "busy")
    clock.shift(timedelta(seconds=30))
    second = phone.open(progress, take=True).json()["lease"]
    clock.shift(timedelta(seconds=30))
    late = phone.send(first, [0, 60])
    assert (late.status_code, late.json()["code"], late.json()["counted_seconds"]) == (409, "superseded", 30)
    assert phone.send(second, [300, 330]).json()["counted_seconds"] == 60


def test_the_key_never_reaches_the_phone(clock, progress, phone, film):
    page = phone.client.get(reverse("learning:lesson", args=[film.course_id, 1])).content.decode()
    assert "甲？" in page
    assert "因为" not in page
    assert "answer&quot;" not in page
    assert '"answer"' not in page


def test_a_stale_token_is_renewed(progress, officer):
    phone = Phone(officer, enforce_csrf_checks=True)
    answer = phone.client.post(
        reverse("learning:lease"), "{}", content_type="application/json", headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert answer.json()["token"]


def test_signed_out_is_said_in_json(progress):
    answer = Client().post(reverse("learning:spans"), "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


@pytest.mark.parametrize("body", ["", "{", "[]", '{"lease": NaN}', "\x00"])
@pytest.mark.parametrize("name", ["spans", "lease", "answer"])
def test_what_is_no_message_is_refused(phone, name, body):
    answer = phone.client.post(reverse(f"learning:{name}"), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["code"] in {"not_json", "fields", "number"}


def test_films_come_in_ranges_to_who_has_begun(progress, phone, officer, districts):
    url = reverse("learning:media", args=[progress.pk, 1])
    whole = phone.client.get(url)
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, b"film")
    part = phone.client.get(url, headers={"Range": "bytes=1-2"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, b"il")
    assert (part["Content-Range"], part["Content-Length"]) == ("bytes 1-2/4", "2")
    assert (part["Content-Disposition"], part["Cache-Control"]) == ("inline", "private, no-store")
    outside = phone.client.get(url, headers={"Range": "bytes=9-"})
    assert (outside.status_code, outside["Content-Range"]) == (416, "bytes */4")
    stranger = Phone(factory.make_officer(districts["PD-01"]))
    assert stranger.client.get(url).status_code == 404
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("name", ["learning:catalogue", "portal:today"])
def test_lists_of_what_is_under_way_cost_the_same(name, access, rules, officer, phone):
    def cost(number):
        begin_course(officer, make_film_course(f"F{number}", seconds=(720, 60)))
        phone.client.get(reverse(name))
        with CaptureQueriesContext(connection) as found:
            page = phone.client.get(reverse(name))
        assert "13分00秒" in page.content.decode()
        return len(found)

    assert cost(1) == cost(2) == cost(3)


def test_the_worker_is_at_the_root_and_knows_nobody():
    client = Client()
    worker, page = client.get("/sw.js"), client.get(reverse("learning:offline"))
    assert (worker.status_code, worker["Content-Type"]) == (200, "text/javascript")
    assert page.status_code == 200
    assert "Set-Cookie" not in page


def test_progress_of_last_year_is_begun_anew(film, officer):
    with time_machine.travel(MORNING):
        old = begin_course(officer, film)
    with time_machine.travel(MORNING + timedelta(days=100)):
        assert begin_course(officer, film) != old
    assert CourseProgress.objects.count() == 2
