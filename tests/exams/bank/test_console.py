"""The bank's pages in the console: what they show, to whom, and what a candidate never sees."""

import json
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.bank.formats import excel, moodle
from exams.bank.models import Question, QuestionVersion
from exams.bank.types import TYPES
from exams.bank.views.preview import as_candidate
from lms.audit.models import AuditEvent
from lms.people.access import Role
from tests import factory
from tests.exams.bank.samples import SAMPLES
from tests.exams.papers.factory import make_bank, make_question

pytestmark = pytest.mark.django_db
CANARY = "CANARY7f3a"


@pytest.fixture
def bank(settings, access, districts):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return make_bank(districts["PD"])


@pytest.fixture
def as_role(client, districts):
    def sign_in(role, unit="PD"):
        user = factory.make_staff(role, districts[unit])
        client.force_login(user)
        return user

    return sign_in


def test_every_type_has_a_sample():
    assert set(SAMPLES) == set(TYPES)


@pytest.mark.parametrize("kind", TYPES)
def test_no_byte_of_a_secret_in_what_a_candidate_gets(kind):
    content = TYPES[kind].canaried(SAMPLES[kind](), CANARY)
    assert CANARY in str(content)
    assert CANARY not in json.dumps(TYPES[kind].public(content))
    page = render_to_string("bank/question.html", {"question": TYPES[kind].public(content), "name": "answer"})
    assert CANARY not in page
    assert 'name="answer' in page or kind == "case"


@pytest.mark.parametrize("kind", TYPES)
def test_the_phone_page_shows_the_question_and_not_its_key(kind, bank, as_role, client):
    as_role(Role.EXAM_REVIEWER)
    secret = {"feedback": CANARY, **({"reference": CANARY} if kind == "short_answer" else {})}
    question = make_question(bank, kind, content={**SAMPLES[kind](), **secret})
    page = client.get(reverse("bank_office:phone", args=[question.current_id]))
    assert page.status_code == 200
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert CANARY not in page.text
    assert re.search(r"<(input|select|textarea)[^>]* name=\"answer", page.text)


def test_what_is_shown_is_shuffled(bank):
    items = [{"id": f"i{n}", "html": f"第{n}步骤"} for n in range(1, 9)]
    content = {"type": "ordering", "stem": "排序", "items": items, "order": [one["id"] for one in items]}
    shown = [one["html"] for one in as_candidate(content, 3)["items"]]
    assert sorted(shown) == sorted(one["html"] for one in items)
    assert shown != [one["html"] for one in items]


def test_key_beside_the_phone_only_for_its_keepers(bank, as_role, client):
    question = make_question(bank, content={**SAMPLES["single"](), "feedback": CANARY})
    url = reverse("question:inspect", args=[question.pk])
    as_role(Role.EXAM_SETTER)
    assert CANARY in client.get(url).text
    as_role(Role.CHIEF_EXAMINER)
    page = client.get(url)
    assert page.status_code == 200
    assert CANARY not in page.text
    as_role(Role.EXAM_SETTER, "XH")
    assert client.get(url).status_code == 404
    assert client.get(reverse("bank_office:phone", args=[question.current_id])).status_code == 404


def test_list_searches_the_stem_and_filters(bank, as_role, client):
    as_role(Role.EXAM_SETTER)
    found = make_question(bank, content={**SAMPLES["single"](), "stem": "行政处罚由哪一级管辖？"})
    other = make_question(bank, "numeric", difficulty=5)
    draft = make_question(bank, state="DRAFT")
    QuestionVersion.objects.filter(question=draft).update(checked_by=None, checked_at=None)
    listed = lambda **query: {row.pk for row in client.get(reverse("question:index"), query).context["object_list"]}  # noqa: E731
    assert listed() == {found.pk, other.pk, draft.pk}
    assert listed(q="处罚由") == {found.pk}
    assert listed(type="numeric") == listed(difficulty=5) == {other.pk}
    assert listed(at="pending") == {draft.pk}
    assert listed(resting="true") == set()


def test_export_imports_back_and_is_written_down(bank, as_role, client):
    as_role(Role.EXAM_SETTER)
    questions = [make_question(bank, kind) for kind in TYPES]
    url = reverse("bank_office:export")
    sheet = excel.read(client.get(url, {"format": "xlsx"}).content)
    assert [draft.content for draft in sheet.drafts] == [one.current.content for one in questions]
    one = moodle.read(client.get(url, {"format": "moodlexml", "type": "case"}).content)
    assert [draft.content["type"] for draft in one.drafts] == ["case"]
    assert [event.detail["count"] for event in AuditEvent.objects.filter(action="bank.export").order_by("id")] == [9, 1]
    as_role(Role.EXAM_ADMIN)
    assert client.get(url, {"format": "xlsx"}).status_code in {302, 403}


def upload(client, bank, text, **more):
    file = SimpleUploadedFile("q.txt", text.encode())
    return client.post(
        reverse("bank_import:upload"), {"bank": bank.pk, "format": "auto", "file": file, **more}, follow=True
    )


GIFT = "::一:: 由谁管辖？ {=县级以上 ~乡镇}\n\n::二:: 当事人可以申辩。 {T}\n"


def test_import_by_hand(bank, as_role, client):
    as_role(Role.EXAM_SETTER)
    page = upload(client, bank, GIFT)
    assert page.context["fresh"] == 2
    assert [question["type"] for _, question, _ in page.context["samples"]] == ["single", "true_false"]
    assert not Question.objects.exists()
    token = page.context["found"].upload.token
    stale = client.post(reverse("bank_import:confirm", args=[token]), {"fingerprint": "x"})
    assert stale.status_code == 409
    done = client.post(
        reverse("bank_import:confirm", args=[token]), {"fingerprint": page.context["fingerprint"]}, follow=True
    )
    assert done.context["done"]["written"] == Question.objects.count() == 2
    again = upload(client, bank, GIFT)
    assert (again.context["fresh"], again.context["can_write"]) == (0, 0)


def test_rows_mode_is_chosen(bank, as_role, client):
    as_role(Role.EXAM_SETTER)
    broken = GIFT + "\n::三:: 没有答案的 {=甲 ~乙\n"
    page = upload(client, bank, broken)
    assert page.context["outcome"].reading.errors
    assert not page.context["can_write"]
    page = upload(client, bank, broken, by_row="1")
    assert page.context["can_write"]
    token = page.context["found"].upload.token
    client.post(reverse("bank_import:confirm", args=[token]), {"fingerprint": page.context["fingerprint"]})
    assert Question.objects.count() == page.context["fresh"] > 0


def test_import_is_for_importers_into_their_own_bank(bank, as_role, client, districts):
    as_role(Role.EXAM_SETTER)
    theirs = make_bank(districts["XH"], "xh")
    page = upload(client, theirs, GIFT)
    assert page.status_code == 422
    as_role(Role.EXAM_REVIEWER)
    assert client.get(reverse("bank_import:upload")).status_code in {302, 403}
    assert client.get(reverse("bank_import:template")).status_code in {302, 403}


def test_template_can_be_read(bank, as_role, client):
    as_role(Role.EXAM_SETTER)
    data = client.get(reverse("bank_import:template")).content
    assert excel.read(BytesIO(data).getvalue()).errors == []


def cost(client, url, **query) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url, query).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["bulk", "coverage", "export"])
def test_pages_cost_the_same_with_more_rows(name, bank, as_role, client):
    user = as_role(Role.EXAM_SETTER)
    factory.grant(user, Role.EXAM_REVIEWER, bank.unit)
    client.force_login(user)
    url, query = reverse(f"bank_office:{name}"), {"format": "xlsx"} if name == "export" else {}
    make_question(bank)
    cost(client, url, **query)
    few = cost(client, url, **query)
    for _ in range(10):
        make_question(bank)
    assert cost(client, url, **query) == few
