"""The answer sheet without script, and what both ways of it cost."""

import json
from datetime import timedelta

import lxml.html
import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from exams.sittings.models import Answer, AnswerEvent, Attempt, Receipt
from exams.sittings.saving import save
from exams.sittings.services.starting import take_over
from tests.exams.sittings.factory import make_attempt, make_exam, make_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(officer):
    """12 single and 1 ordering question: two pages."""
    exam = make_exam(officer.unit, kinds=("single", "fill_in"), each=6)
    return make_attempt(make_sitting(exam), officer=officer)


@pytest.fixture
def sitter(client, officer, attempt):
    client.force_login(officer.user)
    client.post(f"/exams/{attempt.candidate_id}/start/")
    attempt.refresh_from_db()
    return client


def at(attempt, page="paper/?page=1") -> str:
    return f"/exams/{attempt.candidate_id}/{page}"


def kept(attempt) -> dict:
    return dict(Answer.objects.filter(attempt=attempt).values_list("slot", "payload"))


def test_a_page_is_saved_and_leads_on(sitter, attempt):
    answer = sitter.post(at(attempt), {"q1": "o1", "q2": "o2", "to": "2"})
    assert answer.url == at(attempt, "paper/?page=2")
    assert kept(attempt) == {1: "o1", 2: "o2"}
    page = lxml.html.fromstring(sitter.get(at(attempt)).content.decode())
    fields = page.get_element_by_id("page").fields
    assert [fields[f"q{slot}"] for slot in (1, 2, 3)] == ["o1", "o2", None]
    assert sitter.post(at(attempt), {"to": "9"}).url == at(attempt, "summary/")


def test_only_what_changed_is_a_new_revision(sitter, attempt):
    for posted in ({"q1": "o1", "q2": "o2"}, {"q1": "o1", "q2": "o3"}, {"q1": "o1", "q2": "o3"}, {"q2": "o3"}):
        sitter.post(at(attempt), posted)
    assert kept(attempt) == {1: None, 2: "o3"}
    assert AnswerEvent.objects.count() == 4


def test_what_was_saved_by_token_is_taken_up(sitter, attempt):
    save(attempt.pk, 1, [(1, 7, '"o2"')])
    sitter.post(at(attempt), {"q1": "o3"})
    assert list(Answer.objects.values_list("rev", "payload")) == [(8, "o3")]


def test_taken_back_and_sent_again_is_the_same_answer(sitter, attempt):
    first, again = (save(attempt.pk, 1, [(1, 1, "null")]) for _ in range(2))
    assert first.items == again.items
    other = save(attempt.pk, 1, [(1, 1, '"o1"')]).items[0]
    assert (other.differs, other.held, kept(attempt)) == (True, None, {1: None})


def test_one_bad_answer_does_not_cost_the_others(sitter, attempt):
    answer = sitter.post(at(attempt), {"q1": "o9", "q2": "o2"})
    assert answer.status_code == 422
    assert kept(attempt) == {2: "o2"}


def test_superseded(sitter, attempt):
    take_over(attempt)
    assert sitter.post(at(attempt), {"q1": "o1"}).url == at(attempt, "take-over/")
    assert kept(attempt) == {}


def test_past_the_deadline_and_past_the_grace(sitter, attempt):
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=5))
    assert sitter.post(at(attempt), {"q1": "o1", "to": "2"}).url == at(attempt, "paper/?page=2")
    assert sitter.get(at(attempt)).url == at(attempt, "summary/")
    Attempt.objects.update(deadline_at=timezone.now() - timedelta(seconds=65))
    assert sitter.post(at(attempt), {"q1": "o2", "to": "2"}).url == at(attempt, "summary/")
    assert kept(attempt) == {1: "o1"}


@pytest.mark.parametrize("page", ["0", "3", "x", "\uff11", "1" * 50, ""])
def test_no_such_page(page, sitter, attempt):
    assert sitter.get(at(attempt, f"paper/?page={page}")).status_code == 404


def test_summary_and_handing_in(sitter, attempt):
    sitter.post(at(attempt), {"q1": "o1"})
    page = sitter.get(at(attempt, "summary/"))
    assert (page.context["answered"], page.context["total"], len(page.context["missing"])) == (1, 12, 11)
    assert sitter.post(at(attempt, "hand-in/")).url == at(attempt, "receipt/")
    assert sitter.post(at(attempt, "hand-in/")).url == at(attempt, "receipt/")
    assert Receipt.objects.get().answered == 1
    for page in ("paper/", "paper/?page=1", "summary/"):
        assert sitter.get(at(attempt, page)).url == at(attempt, "receipt/")


def test_too_early_to_hand_in(sitter, attempt):
    type(attempt.candidate.exam).objects.update(hand_in_minutes=60)
    assert sitter.post(at(attempt, "hand-in/")).status_code == 422
    attempt.refresh_from_db()
    assert attempt.state == "OPEN"


def test_the_whole_sheet_carries_its_token_and_what_was_given(sitter, attempt):
    save(attempt.pk, 1, [(1, 3, '"o2"'), (2, 1, "null")])
    page = sitter.get(at(attempt, "paper/"))
    assert json.loads(page.context["answers"]) == {"1": [3, "o2"], "2": [1, None]}
    assert page.content.decode().count('class="q stack"') == 12
    token = page.context["token"]
    sent = {"answers": [{"slot": 3, "rev": 1, "answer": "o1"}]}
    answer = sitter.post("/answers/", json.dumps(sent), content_type="application/json", headers={"X-Attempt": token})
    assert answer.json()["code"] == "stored"


COSTS = {"paper/": 4, "paper/?page=1": 4, "summary/": 4}


@pytest.mark.parametrize("page", COSTS)
def test_what_a_page_costs(page, sitter, attempt, django_assert_num_queries):
    sitter.get(at(attempt, page))
    with django_assert_num_queries(COSTS[page]):
        sitter.get(at(attempt, page))
    save(attempt.pk, 1, [(slot, 1, "null") for slot in range(1, 13)])
    with django_assert_num_queries(COSTS[page]):
        sitter.get(at(attempt, page))


@pytest.mark.parametrize("changed", [1, 6])
def test_what_saving_a_page_costs(changed, sitter, attempt, django_assert_num_queries):
    posted = {f"q{slot}": "o1" for slot in range(1, changed + 1)}
    sitter.get(at(attempt))
    with django_assert_num_queries(5):
        sitter.post(at(attempt), posted)
    assert len(kept(attempt)) == changed


def test_no_session_is_written(sitter, attempt):
    before = list(Session.objects.values())
    sitter.get(at(attempt, "paper/"))
    sitter.post(at(attempt), {"q1": "o1"})
    sitter.get(at(attempt, "summary/"))
    assert list(Session.objects.values()) == before
