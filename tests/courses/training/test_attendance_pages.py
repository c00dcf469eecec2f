"""Who may open what, what a phone is answered, and what pages cost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Attendance
from tests import factory
from tests.courses.training.factory import make_class, make_enrollment, make_session
from tests.courses.training.rolls import code_at, make_leave, make_roll, mark, nonce_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "access")]


@pytest.fixture
def roll(districts, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    cache.clear()
    session, (learner, *_) = make_roll(districts["XH"], people=3)
    with time_machine.travel(session.during.lower, tick=False) as clock:
        yield session, learner, clock


@pytest.fixture
def session(roll):
    return roll[0]


@pytest.fixture
def learner(roll):
    return roll[1]


def send(client, session, code, nonce=""):
    message = {"session": session.pk, "code": code, "nonce": nonce}
    return client.post(reverse("training:sign_send"), message, content_type="application/json")


def cost(client, path) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


class TestSending:
    def test_a_scan_and_the_same_again(self, client, session, learner):
        client.force_login(learner.officer.user)
        first, again = (send(client, session, code_at(session, timezone.now())) for _ in range(2))
        assert [answer.status_code for answer in (first, again)] == [200, 200]
        assert [answer.json()["is_new"] for answer in (first, again)] == [True, False]
        assert "08:30" in again.json()["message"]

    def test_kept_and_sent_later(self, client, roll):
        session, learner, clock = roll
        client.force_login(learner.officer.user)
        code, nonce = code_at(session, timezone.now()), nonce_at(session, learner, timezone.now())
        clock.shift(timedelta(hours=2))
        assert send(client, session, code).json()["code"] == "expired_code"
        assert send(client, session, code, nonce).status_code == 200
        assert Attendance.objects.get().method == "OFFLINE"

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"{}", b'{"session": "1", "code": "A", "nonce": ""}', b'{"session": true, "code": "A", "nonce": ""}',
                 b'{"session": 1, "code": null, "nonce": ""}', b"[" * 5000]
    )  # fmt: skip
    def test_anything_else_is_refused(self, client, learner, body):
        client.force_login(learner.officer.user)
        answer = client.post(reverse("training:sign_send"), body, content_type="application/json")
        assert answer.status_code == 400
        assert answer.json()["code"] in {"not_json", "fields", "number", "text"}

    def test_answers_say_what_is_wrong(self, client, session, learner, districts):
        assert send(client, session, "A").status_code == 401
        client.force_login(factory.make_officer(districts["XH"]).user)
        assert (send(client, session, "A").status_code, send(client, session, "A").json()["code"]) == (
            403,
            "not_enrolled",
        )
        client.force_login(learner.officer.user)
        session.pk = 2**31 - 1
        assert send(client, session, "A").status_code == 404


class TestPhone:
    def test_the_link_asks_to_sign_in_first_and_leads_back(self, client, session):
        path = reverse("training:sign_code", args=[session.pk, "ABCD"])
        answer = client.get(path)
        assert (answer.status_code, path in answer.url) == (302, True)

    def test_a_stranger_learns_nothing_of_the_class(self, client, session, districts):
        client.force_login(factory.make_officer(districts["PD"]).user)
        answer = client.get(reverse("training:sign", args=[session.pk]))
        assert answer.status_code == 403
        assert session.title not in answer.content.decode()

    def test_opening_the_link_signs_nobody_in(self, client, session, learner):
        client.force_login(learner.officer.user)
        client.get(reverse("training:sign_code", args=[session.pk, code_at(session, timezone.now())]))
        assert not Attendance.objects.exists()

    def test_own_pages_are_of_nobody_else(self, client, session, districts):
        client.force_login(make_enrollment(make_class(districts["XH"])).officer.user)
        for name, args in (("attendance", []), ("leave", []), ("appeal", [session.pk])):
            assert client.get(reverse(f"training:{name}", args=[session.training_class_id, *args])).status_code == 404
        assert client.get(reverse("training:appeal_of", args=[session.pk])).status_code == 404

    def test_the_offline_page_is_everybodys(self, client):
        answer = client.get(reverse("training:sign_offline"))
        assert (answer.status_code, "Set-Cookie" in answer) == (200, False)

    def test_leave_is_asked_and_withdrawn(self, client, session, learner):
        client.force_login(learner.officer.user)
        begin, end = (f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" for at in (session.during.lower, session.during.upper))
        path = reverse("training:leave", args=[session.training_class_id])
        assert client.post(path, {"begin": begin, "end": begin, "reason": "病"}).status_code == 200
        assert client.post(path, {"begin": begin, "end": end, "reason": "病"}).status_code == 302
        client.post(reverse("training:leave_withdraw", args=[learner.leave_requests.get().pk]))
        assert learner.leave_requests.get().state == "WITHDRAWN"

    def test_an_appeal_is_filed(self, client, roll):
        session, learner, clock = roll
        clock.shift(timedelta(hours=5))
        client.force_login(learner.officer.user)
        path = reverse("training:appeal", args=[session.training_class_id, session.pk])
        assert client.get(reverse("training:appeal_of", args=[session.pk])).url == path
        assert client.post(path, {"text": "我在教室"}).status_code == 302
        assert learner.appeals.get().session == session


DOORS = ("screen", "screen_poll", "roll", "roll_close")


class TestHeadTeacher:
    @pytest.mark.parametrize("name", DOORS)
    def test_doors_of_a_session(self, client, session, learner, districts, name):
        path = reverse(f"training:{name}", args=[session.pk])
        client.force_login(session.training_class.head_teacher)
        assert client.get(path).status_code == 200
        client.force_login(factory.make_staff("DISTRICT_OFFICE", districts["XH"]))
        assert client.get(path).status_code == 200
        for stranger in (learner.officer.user, factory.make_staff("DISTRICT_OFFICE", districts["PD"])):
            client.force_login(stranger)
            assert client.get(path).status_code == 404
        client.force_login(factory.make_staff("AUDITOR", districts["XH"]))
        assert client.get(path).status_code == 403

    def test_a_tap_and_a_tap_of_somebody_else(self, client, session, learner, districts):
        path = reverse("training:roll_tap", args=[session.pk])
        client.force_login(session.training_class.head_teacher)
        tap = {"enrollment": learner.pk, "state": "LATE"}
        assert client.post(path, tap, content_type="application/json").json() == tap
        stranger = make_enrollment(make_class(districts["XH"]))
        answer = client.post(path, tap | {"enrollment": stranger.pk}, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "not_on_roll")
        assert list(Attendance.objects.values_list("enrollment", "state")) == [(learner.pk, "LATE")]

    def test_the_rest_is_present_and_scans_stay(self, client, session, learner):
        mark(session, learner, "LATE", "CODE")
        client.force_login(session.training_class.head_teacher)
        client.post(reverse("training:roll", args=[session.pk]), {"rest": "1"})
        assert sorted(session.attendance.values_list("state", flat=True)) == ["LATE", "PRESENT", "PRESENT"]

    def test_leave_is_decided(self, client, districts, session):
        leave = make_leave(districts["XH"])
        path, training_class = reverse("training:leave_decide", args=[leave.pk]), leave.enrollment.training_class
        client.force_login(session.training_class.head_teacher)
        assert client.post(path, {"grant": "1"}).status_code == 404
        client.force_login(training_class.head_teacher)
        client.post(path, {"reply": ""})
        leave.refresh_from_db()
        assert leave.state == "ASKED"
        client.post(path, {"grant": "1", "reply": "同意"})
        leave.refresh_from_db()
        assert (leave.state, leave.reply) == ("GRANTED", "同意")

    def test_the_code_is_shown_only_while_it_works(self, client, roll):
        session, _, clock = roll
        client.force_login(session.training_class.head_teacher)
        path = reverse("training:screen_poll", args=[session.pk])
        state = client.get(path).json()
        assert (state["phase"], state["seated"], "<svg" in state["qr"]) == ("OPEN", 3, True)
        clock.shift(timedelta(minutes=31))
        state = client.get(path).json()
        assert (state["phase"], state["qr"], state["typed"]) == ("AFTER", "", "")


class TestCosts:
    def test_pages_of_one_and_of_eleven(self, client, session, learner):
        row = session.training_class
        paths = {
            learner.officer.user: ["/", reverse("training:attendance", args=[row.pk]), reverse("training:sign", args=[session.pk])],
            row.head_teacher: ["/", *(reverse(f"training:{name}", args=[session.pk]) for name in DOORS),
                               reverse("training:head"), reverse("training:head_class", args=[row.pk])],
        }  # fmt: skip

        def costs():
            found = []
            for user, pages in paths.items():
                client.force_login(user)
                found += [(page, cost(client, page)) for page in pages]
            return found

        few = costs()
        for number in range(10):
            enrollment = make_enrollment(row)
            other = make_session(
                row,
                begin=f"{13 + number // 2}:{30 * (number % 2):02d}",
                end=f"{13 + number // 2}:{30 * (number % 2) + 20:02d}",
            )
            mark(session, enrollment)
            mark(other, learner)
        assert costs() == few
        assert max(queries for _, queries in few) <= 22

    def test_the_matrix(self, client, session, districts):
        client.force_login(factory.make_staff("DISTRICT_OFFICE", districts["XH"]))
        path = reverse("training_attendance:matrix", args=[session.training_class_id])
        few = cost(client, path)
        for _ in range(10):
            mark(session, make_enrollment(session.training_class))
        assert cost(client, path) == few
        assert client.get(reverse("training_attendance:export", args=[session.training_class_id])).status_code == 200
        client.force_login(factory.make_staff("DISTRICT_OFFICE", districts["PD"]))
        assert client.get(path).status_code == 404
