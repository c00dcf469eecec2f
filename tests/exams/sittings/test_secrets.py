"""No byte of what a candidate is sent before release holds a key, a weight, a feedback or a reference, of any type."""

import json

import pytest
from django.db import connection

from exams.bank.types import TYPES, of
from exams.papers.models import PaperItem
from exams.sittings import token
from exams.sittings.models import Attempt, Candidate, PaperSheet
from exams.sittings.services.preparing import sheet_of
from exams.sittings.views.device import COOKIE
from tests.exams.bank.samples import SAMPLES
from tests.exams.sittings.factory import make_attempt, make_exam, make_sitting

pytestmark = pytest.mark.django_db
MARK = "CANARY7f3a"


@pytest.fixture
def canaried(officer):
    """An attempt on a paper of one question of a type, every secret of which is a canary."""

    def make(kind) -> Attempt:
        attempt = make_attempt(make_sitting(make_exam(officer.unit, kinds=(kind,), each=1)), officer=officer)
        item = PaperItem.objects.get()
        content = of(item.content).canaried(item.content, MARK)
        assert MARK in json.dumps(content), "no secret, no test"
        rewrite(PaperItem.objects.all(), content=content)
        write_out(attempt)
        return attempt

    return make


def write_out(attempt):
    sheet = sheet_of(attempt.paper)
    rewrite(PaperSheet.objects.all(), pieces=sheet.pieces, shapes=sheet.shapes)


def rewrite(rows, **fields):
    """Past the triggers that keep papers as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        rows.update(**fields)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def responses(client, attempt):
    """Everything a candidate is sent, from the list of exams to what he reads after handing in."""
    at = f"/exams/{attempt.candidate_id}/"
    yield from (client.get("/"), client.get("/exams/"), client.get(at), client.get(f"{at}state/"))
    yield client.post(f"{at}start/")
    yield from (client.get(f"{at}paper/"), client.get(f"{at}paper/?page=1"))
    known = Attempt.objects.get(pk=attempt.pk)
    send = {"content_type": "application/json", "headers": {"X-Attempt": token.issue(known)}}
    for answer in (None, "x", {"1": "x"}, ["x"], True):
        yield client.post("/answers/", json.dumps({"answers": [{"slot": 1, "rev": 1, "answer": answer}]}), **send)
    yield client.post("/answers/beat/", "", **send)
    yield client.post(f"{at}paper/?page=1", {"q1": "o1", "to": "1"})
    yield client.get(f"{at}summary/")
    client.cookies[COOKIE].set(COOKIE, "", "")
    yield from (client.get(f"{at}take-over/"), client.post(f"{at}take-over/"))
    known.refresh_from_db()
    yield client.post("/answers/hand-in/", "", **{**send, "headers": {"X-Attempt": token.issue(known)}})
    yield from (client.get(f"{at}{page}") for page in ("", "receipt/", "receipt/?file", "review/", "paper/"))


def text_of(response) -> str:
    return response.content.decode() + repr(dict(response.headers)) + repr(response.cookies)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_no_canary_before_release(kind, canaried, client, officer, rules):
    attempt = canaried(kind)
    client.force_login(officer.user)
    sent = list(responses(client, attempt))
    assert [one.status_code for one in sent if one.status_code >= 500] == []
    assert any(SAMPLES[kind]()["stem"][:3] in text_of(one) for one in sent), "the question was never sent"
    assert [one.request["PATH_INFO"] for one in sent if MARK in text_of(one)] == []


def test_power_with_the_key_in_the_sheet_it_goes_red(canaried, client, officer, rules):
    attempt = canaried("single")
    pieces = PaperSheet.objects.get().pieces
    rewrite(PaperSheet.objects.all(), pieces=[{**one, "html": f"{one['html']}<!--{MARK}-->"} for one in pieces])
    client.force_login(officer.user)
    assert any(MARK in text_of(one) for one in responses(client, attempt))


def test_nobody_is_served_a_paper_before_the_window(officer, client):
    attempt = make_attempt(make_sitting(make_exam(officer.unit, kinds=("single",)), opens=30), officer=officer)
    client.force_login(officer.user)
    stem = SAMPLES["single"]()["options"][0]["html"]
    at = f"/exams/{attempt.candidate_id}/"
    for page in ("", "state/", "paper/", "paper/?page=1", "summary/", "review/"):
        assert stem not in client.get(at + page, follow=True).content.decode()
    assert stem not in client.post(f"{at}start/").content.decode()
    assert Candidate.objects.get().attempt.state == "READY"
