"""Before the exam: whose place it is, what he is told, when he may begin, and on which device."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exams.sittings.models import Attempt, Candidate, Sitting
from exams.sittings.services.starting import start_attempt
from exams.sittings.services.waiting import SPREAD, jitter_of, room_of, soon
from lms.people.access import Role
from tests import factory
from tests.exams.sittings.factory import make_attempt, make_candidate, make_exam, make_hall, make_sitting

pytestmark = pytest.mark.django_db
PAGES = ("", "state/", "start/", "take-over/", "paper/", "paper/?page=1", "summary/", "hand-in/", "receipt/", "review/")


@pytest.fixture
def place(officer):
    """The officer's prepared attempt in a hall of an exam that opened `-opens` minutes ago."""

    def make(opens=-5, minutes=180, **terms) -> Attempt:
        sitting = make_sitting(make_exam(officer.unit, kinds=("single",), **terms), opens=opens, minutes=minutes)
        return make_attempt(sitting, officer=officer, hall=make_hall(sitting), seat=3)

    return make


@pytest.fixture
def signed_in(client, officer):
    client.force_login(officer.user)
    return client


def url(attempt, page="") -> str:
    return f"/exams/{attempt.candidate_id}/{page}"


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sits_for_another(page, place, client, districts, access):
    attempt = place()
    for somebody in (
        factory.make_officer(districts["PD-01"]).user, factory.make_staff(Role.CITY_OFFICE, districts["XH"]),
    ):  # fmt: skip
        client.force_login(somebody)
        assert client.get(url(attempt, page)).status_code in (404, 405)
        assert client.post(url(attempt, page)).status_code in (404, 405)
    attempt.refresh_from_db()
    assert attempt.state == "READY"


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_signs_in_first(page, place, client):
    assert client.get(url(place(), page)).status_code in (302, 405)


def test_an_exam_that_is_not_published_is_not_there(place, signed_in):
    attempt = place()
    type(attempt.candidate.exam).objects.update(checked_by=None, checked_at=None)
    assert signed_in.get(url(attempt)).status_code == 404


def test_begun_once_and_on_this_device(place, signed_in):
    attempt = place()
    answer = signed_in.post(url(attempt, "start/"))
    assert (answer.status_code, answer.url) == (302, url(attempt, "paper/"))
    cookie = answer.cookies["exam"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (url(attempt), True, "Lax")
    attempt.refresh_from_db()
    assert (attempt.state, attempt.epoch) == ("OPEN", 1)
    assert signed_in.post(url(attempt, "start/")).url == url(attempt, "paper/")
    assert signed_in.post(url(attempt, "start/"), {"plain": "1"}).url == url(attempt, "paper/?page=1")
    assert Attempt.objects.get().epoch == 1


def test_a_second_press_whose_first_answer_was_lost(place, signed_in, client):
    attempt = place()
    signed_in.post(url(attempt, "start/"))
    del signed_in.cookies["exam"]
    assert signed_in.post(url(attempt, "start/")).url == url(attempt, "paper/")


def test_another_device_takes_over_in_so_many_words(place, signed_in):
    attempt = place()
    start_attempt(attempt)
    Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    for page in ("start/", "paper/", "paper/?page=1", "summary/", "hand-in/"):
        send = signed_in.post if page in ("start/", "hand-in/") else signed_in.get
        assert send(url(attempt, page)).url == url(attempt, "take-over/"), page
    page = signed_in.get(url(attempt, "take-over/"))
    assert page.status_code == 200
    assert Attempt.objects.get().epoch == 1
    assert signed_in.post(url(attempt, "take-over/")).url == url(attempt, "paper/")
    assert Attempt.objects.get().epoch == 2
    assert signed_in.get(url(attempt, "paper/")).status_code == 200


def test_taking_over_in_a_hall_needs_its_code(place, signed_in):
    attempt = place(browsers="HALL")
    start_attempt(attempt, code=attempt.candidate.hall.code)
    assert signed_in.post(url(attempt, "take-over/"), {"code": "nought"}).status_code == 422
    assert signed_in.post(url(attempt, "take-over/"), {"code": attempt.candidate.hall.code}).status_code == 302


@pytest.mark.parametrize(
    ("opens", "terms", "status"),
    [(5, {}, 422), (-5, {"browsers": "HALL"}, 422), (-40, {"entry_minutes": 30}, 422), (-300, {}, 422), (-5, {}, 302)],
)
def test_when_it_may_begin(opens, terms, status, place, signed_in):
    attempt = place(opens=opens, **terms)
    assert signed_in.post(url(attempt, "start/")).status_code == status
    attempt.refresh_from_db()
    assert attempt.state == ("OPEN" if status == 302 else "READY")


@pytest.mark.parametrize(
    ("opens", "minutes", "standing"),
    [(5, 180, "before"), (-5, 180, "ready"), (-40, 180, "shut"), (-300, 180, "missed")],
)
def test_how_an_exam_stands(opens, minutes, standing, place, signed_in):
    place(opens=opens, minutes=minutes, entry_minutes=30)
    page = signed_in.get("/exams/")
    assert [one for _, one in page.context["coming"] + page.context["past"]] == [standing]


def test_not_prepared_yet(officer, signed_in):
    candidate = make_candidate(make_sitting(make_exam(officer.unit)), officer)
    assert signed_in.get(f"/exams/{candidate.pk}/").status_code == 200
    assert signed_in.get(f"/exams/{candidate.pk}/state/").json()["state"] == "NONE"
    assert signed_in.post(f"/exams/{candidate.pk}/start/").status_code == 422
    assert signed_in.get(f"/exams/{candidate.pk}/paper/").status_code == 404


@pytest.mark.parametrize("state", ["DEFERRED", "ABSENT"])
def test_whoever_is_not_expected(state, place, signed_in):
    attempt = place()
    Candidate.objects.update(state=state, reason="病假")
    assert "病假" in signed_in.get(url(attempt)).content.decode()
    assert signed_in.post(url(attempt, "start/")).status_code == 422


@pytest.mark.parametrize(
    ("opens", "minutes", "left", "is_short"),
    [(10, 180, 120, False), (-5, 180, 120, False), (-90, 180, 90, True), (10, 60, 60, True), (-90, None, 120, False)],
)
def test_less_than_the_full_time_is_said_beforehand(opens, minutes, left, is_short, place):
    room = room_of(place(opens=opens, minutes=minutes).candidate)
    assert (round(room.left / timedelta(minutes=1)), room.is_short) == (left, is_short)


def test_the_latest_start_with_the_full_time(place):
    room = room_of(place(opens=-5, minutes=180).candidate)
    assert room.short_after == room.opens_at + timedelta(minutes=60)


def test_no_limit_no_full_time(place):
    assert room_of(place(limit_minutes=None).candidate).full is None


def test_each_device_begins_at_its_own_moment():
    found = {jitter_of(Candidate(pk=pk)) for pk in range(1, 1001)}
    assert all(0 <= one < SPREAD for one in found)
    assert len(found) > 900


def test_the_room_costs_the_same_however_many_candidates(place, signed_in, django_assert_num_queries):
    attempt = place()
    signed_in.get(url(attempt))  # the first request of a session notes the device
    with django_assert_num_queries(6):
        signed_in.get(url(attempt))
    for _ in range(10):
        make_candidate(attempt.candidate.sitting, factory.make_officer(attempt.candidate.unit))
    with django_assert_num_queries(6):
        signed_in.get(url(attempt))


def test_my_exams_are_mine_and_cost_the_same(place, signed_in, officer, django_assert_num_queries):
    place()
    signed_in.get("/exams/")
    with django_assert_num_queries(5):
        first = signed_in.get("/exams/")
    make_candidate(Sitting.objects.get(), factory.make_officer(officer.unit))
    for number in range(10):
        make_candidate(make_sitting(make_exam(officer.unit, code=f"X{number}"), opens=60), officer)
    with django_assert_num_queries(5):
        second = signed_in.get("/exams/")
    assert [len(page.context["coming"]) for page in (first, second)] == [1, 11]


def test_today_names_what_is_to_come(place, officer):
    attempt = place(opens=60)
    assert soon(officer, timezone.now()) == [attempt.candidate]
    start_attempt_at(attempt, timezone.now())
    Attempt.objects.update(state="SUBMITTED")
    assert soon(officer, timezone.now()) == []


def start_attempt_at(attempt, moment):
    Attempt.objects.filter(pk=attempt.pk).update(state="OPEN", started_at=moment, epoch=1)


def test_a_closing_test_waits_in_its_course_until_it_is_begun(officer):
    sitting = make_sitting(make_exam(officer.unit, kind="CLOSING"), minutes=None)
    attempt = make_attempt(sitting, officer=officer)
    assert soon(officer, timezone.now()) == []
    start_attempt_at(attempt, timezone.now())
    assert soon(officer, timezone.now()) == [attempt.candidate]
