"""The desk: what a marker is sent, and what never reaches him."""

import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from exams.marking.models import Assignment, Mark
from exams.marking.services.handing import hand_out
from exams.marking.services.rounds import open_second
from tests import factory
from tests.exams.marking.factory import (
    give,
    hand_in,
    in_first,
    in_second,
    make_markers,
    make_written_exam,
    points_for,
)
from tests.exams.sittings.factory import make_attempt, make_hall, make_sitting

pytestmark = pytest.mark.django_db
NAME, NUMBER, STAFF, UNIT, HALL = "CANARY张三", "CANARY0042", "CANARYNO7", "CANARY中队", "CANARY考场"
COMMENT, OTHER = "CANARY评语", "43.5"


@pytest.fixture(autouse=True)
def no_second_factor(settings, access):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def desk(client):
    class Desk:
        def __init__(self, task, user):
            self.task, self.base = task, f"/marking/{task.exam_id}/{task.cell}/"
            client.force_login(user)

        def post(self, name, **body):
            return client.post(f"{self.base}{name}/", json.dumps(body), content_type="application/json")

        def next(self):
            return self.post("next").json()["script"]

        def save(self, script, total, *, version=0, comment=""):
            lines = [_Line(one) for one in script["lines"]]
            points = points_for(lines, total)
            return self.post("save", code=script["code"], points=points, comment=comment, version=version)

    return Desk


class _Line:
    def __init__(self, told):
        self.key, self.full, self.is_blank = told["key"], Decimal(told["full"]), told["is_blank"]


def test_from_script_to_script_without_a_page(rules, districts, desk):
    task, markers = in_first(districts["PD"], 6)
    at = desk(task, markers[0])
    first = at.next()
    assert re.fullmatch(r"[A-Z]\d-[A-Z0-9]{4}", first["code"])
    assert [one["full"] for one in first["lines"]] == ["12", "14", "12", "8", "4"]
    reply = at.save(first, 38).json()
    assert (reply["code"], reply["saved"], reply["total"]) == ("stored", first["code"], "38")
    assert reply["standing"]["mine"] == [1, 2]
    assert reply["script"]["code"] != first["code"]
    assert reply["script"]["before"] == first["code"]
    last = at.save(reply["script"], 20).json()
    assert last["script"] is None
    again = at.post("undo", code=reply["script"]["code"]).json()
    assert again["script"]["code"] == reply["script"]["code"]


def test_a_second_window_gets_what_is_stored_and_what_differs(rules, districts, desk):
    task, markers = in_first(districts["PD"], 6)
    at = desk(task, markers[0])
    script = at.next()
    at.save(script, 38)
    reply = at.save(script, 20)
    found = reply.json()
    assert (reply.status_code, found["code"], found["stored"]["total"]) == (409, "conflict", "38")
    assert found["differs"] == ["0.2", "0.3"]
    assert found["stored"]["is_mine"]


def test_after_the_freeze_it_is_told_so(rules, districts, desk):
    task, _ = in_second(districts["PD"], 3)
    mark = Mark.objects.filter(stage=1).first()
    at = desk(task, mark.marker)
    reply = at.post("save", code=mark.script.code, points=mark.points, comment="", version=1)
    assert (reply.status_code, reply.json()["code"]) == (409, "decided")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "x", "points": {}, "comment": "", "version": 0}, "code"),
        ({"code": "A2-BCDE", "points": {"0.1": 4}, "comment": "", "version": 0}, "points"),
        ({"code": "A2-BCDE", "points": {"0.1": "NaN"}, "comment": "", "version": 0}, "points"),
        ({"code": "A2-BCDE", "points": {}, "comment": "", "version": -1}, "number"),
        ({"code": "A2-BCDE", "points": {}, "comment": "", "version": 0, "marker": 3}, "fields"),
    ],
)
def test_only_what_the_page_sends(body, code, rules, districts, desk):
    task, markers = in_first(districts["PD"], 3)
    reply = desk(task, markers[0]).post("save", **body)
    assert (reply.status_code, reply.json()["code"]) == (400, code)


@pytest.fixture
def canaried(rules, districts):
    """Scripts in their second round whose writers, first marks and comments are canaries."""
    exam = make_written_exam(districts["PD"])
    sitting = make_sitting(exam)
    hall = make_hall(sitting, name=HALL)
    unit = factory.make_unit(districts["PD"], "CANARYUNIT", name=UNIT)
    for at in range(4):
        officer = factory.make_officer(unit, f"{STAFF}{at}", name=f"{NAME}{at}")
        hand_in(make_attempt(sitting, officer=officer, hall=hall, seat=7130 + at, number=f"{NUMBER}{at}"))
    task, markers = in_first(districts["PD"], exam=exam, markers=make_markers(districts["XH"]), remark_percent="100")
    for user in markers:
        while (found := hand_out(task, user)) is not None:
            give(found, user, OTHER, comment=COMMENT)
    return open_second(task, actor=factory.make_user()), markers


def replies(client, task, user):
    """Everything a marker is sent of a question, in the order he meets it."""
    base = f"/marking/{task.exam_id}/{task.cell}/"

    def post(name, body):
        return client.post(f"{base}{name}/", json.dumps(body), content_type="application/json")

    yield client.get("/marking/")
    yield client.get(base)
    while True:
        reply = post("next", {})
        yield reply
        script = reply.json()["script"]
        if script is None:
            return
        yield client.get(f"{base}scripts/{script['code']}/")
        points = points_for([_Line(one) for one in script["lines"]], 20)
        yield post("save", {"code": script["code"], "points": points, "comment": "", "version": 0})
        yield post("undo", {"code": script["code"]})
        yield post("save", {"code": script["code"], "points": points, "comment": "", "version": 0})
        yield post("save", {"code": script["code"], "points": points, "comment": "", "version": 0})
        yield client.get(f"{base}scripts/{script['code']}/")


SECRET = re.compile(
    r"CANARY|(?<![A-Za-z0-9.+/])(?:713\d|43\.5)(?![A-Za-z0-9+/=])"
)  # not the digits of a token or of a time


def test_no_name_no_number_no_unit_no_seat_and_no_other_mark(canaried, client):
    task, markers = canaried
    assert Mark.objects.filter(total=OTHER, comment=COMMENT).count() == 4, "no secret, no test"
    for user in markers:
        client.force_login(user)
        sent = list(replies(client, task, user))
        assert len(sent) > 8
        assert [one.status_code for one in sent if one.status_code not in {200, 409}] == []
        for reply in sent:
            headers = {name: text for name, text in reply.headers.items() if name != "Content-Length"}
            text = reply.content.decode() + repr(headers)
            assert not SECRET.search(text), SECRET.search(text)


def test_a_seeded_one_looks_like_any_other(canaried, client):
    task, markers = canaried
    shapes, codes = set(), set()
    for user in markers:
        client.force_login(user)
        for reply in replies(client, task, user):
            if reply.headers["Content-Type"] != "application/json":
                continue
            script = reply.json().get("script")
            if reply.request["PATH_INFO"].endswith("/next/") and script:
                codes.add(script["code"])
                shapes.add((tuple(sorted(script)), script["version"], json.dumps(script["points"]), script["is_open"]))
    assert len(codes) == 8
    assert len(shapes) == 1


def test_a_team_of_another_question_is_no_key(rules, districts, client):
    task, markers = in_first(districts["PD"], 3)
    outsider = make_markers(districts["XH"], 1)[0]
    base = f"/marking/{task.exam_id}/{task.cell}/"
    client.force_login(outsider)
    assert client.get(base).status_code == 404
    assert client.post(f"{base}next/", "{}", content_type="application/json").status_code == 404
    code = Assignment.objects.filter(marker=markers[1]).first().code
    client.force_login(markers[0])
    assert client.get(f"{base}scripts/{code}/").status_code == 404, "what is another's"
    client.force_login(factory.make_staff("CHIEF_EXAMINER", districts["PD"]))
    assert client.get(base).status_code == 403
    client.logout()
    assert client.get(base).status_code == 302


def test_the_next_script_costs_the_same_however_many_are_done(rules, districts, desk):
    task, markers = in_first(districts["PD"], 33)
    at = desk(task, markers[0])
    counts = []
    script = at.next()
    for _ in range(10):
        with CaptureQueriesContext(connection) as queries:
            script = at.save(script, 20).json()["script"]
        counts.append(len(queries))
    assert counts[1] == counts[-1]
    assert counts[1] < 45
