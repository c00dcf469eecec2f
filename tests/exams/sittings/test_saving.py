"""The save and what it promises, against the database itself."""

import json
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection
from django.utils import timezone

from exams.sittings import token
from exams.sittings.models import Answer, AnswerEvent, Attempt
from exams.sittings.saving import Kind, save
from exams.sittings.services.starting import take_over
from exams.sittings.services.submitting import submit
from tests.exams.sittings.factory import make_attempt, make_exam, make_open_attempt, make_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(districts):
    return make_sitting(make_exam(districts["PD"]))


@pytest.fixture
def attempt(sitting):
    return make_open_attempt(sitting)


def save_one(attempt, rev, text, *, slot=7, epoch=None):
    return save(attempt.pk, attempt.epoch if epoch is None else epoch, [(slot, rev, json.dumps(text))])


def kept(attempt, slot=7):
    return Answer.objects.get(attempt=attempt, slot=slot).payload


def test_what_is_acknowledged_is_there(attempt):
    outcome = save_one(attempt, 1, {"1": "甲"})
    assert (outcome.kind, outcome.items[0].is_stored, outcome.items[0].server_rev) == (Kind.STORED, True, 1)
    assert kept(attempt) == {"1": "甲"}
    event = AnswerEvent.objects.get(attempt=attempt)
    assert (event.rev, event.epoch, event.kind, event.received_at) == (1, 1, 1, outcome.at)


def test_a_retry_changes_nothing_and_says_the_same(attempt):
    first, second = save_one(attempt, 1, "a"), save_one(attempt, 1, "a")
    assert first.items == second.items
    assert AnswerEvent.objects.count() == 1


def test_another_answer_under_the_same_revision_is_told_what_is_held(attempt):
    save_one(attempt, 1, "a")
    item = save_one(attempt, 1, "b").items[0]
    assert (item.differs, item.held, item.is_stored, kept(attempt)) == (True, "a", False, "a")


@pytest.mark.parametrize("order", list(permutations([1, 2, 3, 4])))
def test_the_highest_revision_counts_whatever_the_order(attempt, order):
    for rev in order:
        save_one(attempt, rev, f"第{rev}次")
    assert kept(attempt) == "第4次"
    assert AnswerEvent.objects.count() == 4


def test_many_at_once_even_of_one_question(attempt):
    outcome = save(attempt.pk, 1, [(1, 1, '"a"'), (1, 3, '"c"'), (1, 2, '"b"'), (2, 1, "true")])
    assert [item.is_stored for item in outcome.items] == [True] * 4
    assert [kept(attempt, 1), kept(attempt, 2)] == ["c", True]


def test_an_earlier_device_stores_nothing(attempt):
    newer = take_over(attempt)
    outcome = save_one(attempt, 5, "old", epoch=1)
    assert outcome.kind == Kind.SUPERSEDED
    assert not outcome.items[0].is_stored
    save_one(newer, 1, "new")
    assert kept(attempt) == "new"
    assert AnswerEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("past", "kind"), [(-1, Kind.STORED), (0, Kind.STORED), (59, Kind.STORED), (61, Kind.LATE), (3600, Kind.LATE)]
)
def test_the_deadline_and_the_grace_after_it(attempt, past, kind):
    Attempt.objects.filter(pk=attempt.pk).update(deadline_at=timezone.now() - timedelta(seconds=past))
    assert save_one(attempt, 1, "a").kind == kind
    assert AnswerEvent.objects.get().kind == kind
    assert Answer.objects.exists() is (kind == Kind.STORED)


def test_after_handing_in_it_is_kept_as_evidence_and_not_counted(attempt):
    save_one(attempt, 1, "a")
    submit(attempt)
    assert save_one(attempt, 2, "b").kind == Kind.CLOSED
    assert kept(attempt) == "a"
    assert sorted(AnswerEvent.objects.values_list("kind", flat=True)) == [1, 3]


def test_nothing_before_the_start(sitting):
    attempt = make_attempt(sitting)
    assert save_one(attempt, 1, "a").kind == Kind.NOT_STARTED
    assert not AnswerEvent.objects.exists()


def test_no_such_attempt():
    assert save(10**9, 1, [(1, 1, '"a"')]) is None


@pytest.mark.django_db(transaction=True)
def test_it_is_prepared(attempt):
    for rev in range(1, 4):
        save_one(attempt, rev, "a")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%sittings_answerevent%'")
        assert cursor.fetchone()[0] == 1


def test_over_http_with_a_token_and_nothing_else(attempt, client):
    body = {"answers": [{"slot": 1, "rev": 1, "answer": None}]}
    answer = client.post("/answers/", body, "application/json", headers={"X-Attempt": token.issue(attempt)})
    assert (answer.status_code, answer.json()["code"]) == (200, "stored")
    assert answer.json()["answers"] == [{"slot": 1, "rev": 1, "stored": True, "server": 1}]
    assert client.post("/answers/", body, "application/json").status_code == 401
