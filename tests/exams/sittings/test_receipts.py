"""After the exam: the receipt, who may ask for it, and what is told of the marks and when."""

import pytest
from django.core.cache import cache

from exams.sittings.models import Attempt, Receipt, Score
from exams.sittings.saving import save
from exams.sittings.services.releasing import is_released
from exams.sittings.services.submitting import submit
from exams.sittings.views import receipts
from tests.exams.sittings.factory import make_attempt, make_exam, make_open_attempt, make_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_in(officer):
    def make(kinds=("single", "true_false"), **terms) -> Attempt:
        attempt = make_open_attempt(
            make_sitting(make_exam(officer.unit, kinds=kinds, each=1, **terms)), officer=officer
        )
        key = attempt.paper.items.get(slot=1)
        right = next(one["id"] for one in key.content["options"] if one["weight"] == "1")
        save(attempt.pk, 1, [(1, 1, f'"{right}"')])
        submit(attempt)
        attempt.refresh_from_db()
        return attempt

    return make


@pytest.fixture
def reader(client, officer):
    client.force_login(officer.user)
    return client


def at(attempt, page) -> str:
    return f"/exams/{attempt.candidate_id}/{page}"


def test_the_receipt_and_its_file(handed_in, reader):
    attempt = handed_in()
    receipt = Receipt.objects.get()
    page = reader.get(at(attempt, "receipt/"))
    assert "".join(page.context["hash"]) == receipt.sha256
    assert page.context["blank"] == 1
    file = reader.get(at(attempt, "receipt/?file"))
    assert receipt.sha256 in file.content.decode()
    assert "attachment" in file["Content-Disposition"]


def test_nothing_to_receive_before(officer, reader):
    attempt = make_attempt(make_sitting(make_exam(officer.unit)), officer=officer)
    for page in ("receipt/", "review/"):
        assert reader.get(at(attempt, page)).url == at(attempt, "")


def test_anybody_may_look_a_hash_up_and_learns_no_name(handed_in, client, officer):
    attempt = handed_in()
    receipt = Receipt.objects.get()
    spaced = " ".join(receipts.grouped(receipt.sha256.upper()))
    page = client.get("/exams/receipts/", {"sha256": spaced})
    text = page.content.decode()
    assert page.context["found"] == receipt
    assert officer.name not in text
    assert attempt.candidate.number not in text
    assert client.get("/exams/receipts/", {"sha256": "0" * 64}).context["found"] is None
    assert client.get("/exams/receipts/", {"sha256": "zz"}).context["is_malformed"]


def test_asking_too_often(client, monkeypatch):
    cache.clear()
    monkeypatch.setattr(receipts, "PER_MINUTE", 3)
    answers = [client.get("/exams/receipts/", {"sha256": "0" * 64}).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    cache.clear()


@pytest.mark.parametrize(("kind", "released"), [("LEVEL", False), ("CLOSING", True), ("PRACTICE", True)])
def test_only_self_service_is_told_at_once(kind, released, handed_in, reader):
    attempt = handed_in(kind=kind)
    assert is_released(attempt) is released
    page = reader.get(at(attempt, "review/"))
    assert (page.context["result"] is not None) is released
    assert Score.objects.exists() is released
    if released:
        result = page.context["result"]
        assert (result.score.marks, result.full, result.is_passed) == (2, 4, False)
        reader.get(at(attempt, "review/"))
        assert Score.objects.count() == 1


def test_what_people_mark_is_still_open(handed_in, reader):
    attempt = handed_in(kinds=("single", "short_answer"), kind="PRACTICE")
    result = reader.get(at(attempt, "review/")).context["result"]
    assert (result.score.marks, result.full, result.by_hand, result.is_passed) == (2, 4, 2, None)


def test_released_only_after_handing_in(officer):
    attempt = make_open_attempt(make_sitting(make_exam(officer.unit, kind="PRACTICE")), officer=officer)
    assert not is_released(attempt)
