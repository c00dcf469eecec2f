"""Practice on the phone: what is asked, what is told, what is kept, and that no key leaves before an answer."""

import json

import lxml.html
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.catalogue.models import ItemCode, LegalSource, Topic
from exams.bank.models import PracticeAnswer, PracticeRun, Question, QuestionBank
from exams.bank.services.practice import answer_question, begin, keep, questions_of, wrong_book
from exams.bank.types import TYPES, of
from tests import factory
from tests.exams.papers.factory import make_bank, make_question

pytestmark = pytest.mark.django_db
MARK = "CANARY"
OBJECTIVE = [code for code, module in TYPES.items() if module.IS_OBJECTIVE]


@pytest.fixture
def bank(city):
    return make_bank(city, "drill", is_for_practice=True)


@pytest.fixture
def phone(client, officer):
    client.force_login(officer.user)
    return client


def start(officer, kind="DRILL", size=10, **filters):
    questions = Question.objects.for_practice().filter(**filters)
    return begin(officer, questions, kind=kind, title="练习", size=size)


def right_form(content, name="answer"):
    """What a form holds when everything is right."""
    kind, key = content["type"], of(content).key(content)
    if kind == "case":
        parts = enumerate(content["parts"], start=1)
        return {k: v for place, part in parts for k, v in right_form(part, f"{name}.{place}").items()}
    if kind == "ordering":
        return {f"{name}-{item}": str(place) for place, item in enumerate(key, start=1)}
    if kind in ("fill_in", "matching"):
        return {f"{name}-{part}": text for part, text in key.items()}
    return {name: {"true_false": str(key).lower(), "short_answer": "先立案。"}.get(kind, key)}


def page(run, place=1):
    return reverse("practice:question", args=[run.pk, place])


@pytest.mark.parametrize("kind", TYPES)
def test_the_right_answer_through_the_form(phone, officer, bank, kind):
    make_question(bank, kind)
    run = start(officer)
    response = phone.post(page(run), right_form(questions_of(run)[1].content), follow=True)
    answer = PracticeAnswer.objects.get()
    assert (response.status_code, answer.is_right) == (200, True if kind in OBJECTIVE else None)
    run.refresh_from_db()
    assert run.finished_at is not None
    assert phone.get(reverse("practice:run", args=[run.pk])).status_code == 200


def secrets_of(content):
    """The content with every secret text replaced by the mark, and its answers kept such that it stays a question."""
    marked = of(content).canaried(content, MARK)
    json.dumps(marked)
    return marked


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("way", ["DRILL", "MOCK"])
def test_no_byte_before_the_answer_tells(phone, officer, bank, kind, way):
    """Whatever a type calls secret, in no page before its answer."""
    question = make_question(bank, kind)
    run = PracticeRun.objects.create(officer=officer, kind=way, title="练", versions=[question.current_id], seed=5)
    version = make_canaried(question)
    run.versions = [version.pk]
    run.save()
    addresses = [
        reverse("practice:home"),
        reverse("practice:choose") + "?mock=1",
        reverse("practice:choose") + "?wrong=1",
    ]
    addresses += [page(run)] if way == "DRILL" else [page(run), reverse("practice:sheet", args=[run.pk])]
    for address in addresses:
        response = phone.get(address)
        assert response.status_code == 200
        assert MARK not in response.content.decode()
        assert MARK not in str([response.context.get(name) for name in ("question", "questions")])


def make_canaried(question):
    """A second version whose secrets all carry the mark; parts keep what shuffling needs."""
    content = question.current.content
    marked = secrets_of(content)
    if content["type"] == "matching":
        for prompt, plain in zip(marked["prompts"], content["prompts"], strict=True):
            prompt["match"] = plain["match"]
    if content["type"] == "ordering":
        marked["order"] = content["order"]
    return question.versions.create(
        number=2, content=marked, stem_text="题", digest="0" * 64, made_by=factory.make_user(),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["ordering", "matching"])
def test_the_order_of_the_page_is_not_the_authors(officer, bank, kind):
    question = make_question(bank, kind)
    parts = "items" if kind == "ordering" else "targets"
    seen = set()
    for seed in range(20):
        run = PracticeRun.objects.create(
            officer=officer, kind="DRILL", title="练", versions=[question.current_id], seed=seed
        )
        seen.add(tuple(part["html"] for part in questions_of(run)[1].public[parts]))
    assert len(seen) > 3


def test_the_feedback_names_key_article_and_source(phone, officer, bank):
    question = make_question(bank, "single")
    source = LegalSource.objects.create(title="行政处罚法")
    question.current.sources.add(source.versions.create(edition="2021年修订", effective_on="2021-07-15"))
    type(question.current).objects.filter(pk=question.current_id).update(article="第五十一条")
    run = start(officer)
    wrong = next(one["id"] for one in questions_of(run)[1].content["options"] if one.get("weight", "0") == "0")
    text = phone.post(page(run), {"answer": wrong}, follow=True).content.decode()
    for expected in ("设区的市级", "第五十一条", "2021年修订", "见条文。"):
        assert expected in text


@pytest.mark.parametrize(("kind", "form", "status"), [
    ("single", {"answer": "zz"}, 400), ("single", {}, 422), ("true_false", {"answer": "maybe"}, 400),
    ("multiple", {"answer": ["o1", "zz"]}, 400), ("matching", {"answer-p1": "zz"}, 400), ("numeric", {"answer": "1" * 41}, 422),
    ("ordering", {"answer-i1": "1", "answer-i2": "1"}, 422), ("ordering", {"answer-i1": "99"}, 400),
    ("case", {"answer.1": "zz"}, 400), ("short_answer", {"answer": " "}, 422),
])  # fmt: skip
def test_what_no_page_sends_is_refused_and_not_kept(phone, officer, bank, kind, form, status):
    make_question(bank, kind)
    response = phone.post(page(start(officer)), form)
    assert (response.status_code, PracticeAnswer.objects.count()) == (status, 0)
    assert 'role="alert"' in response.content.decode()


def test_the_same_form_twice_counts_once(phone, officer, bank):
    make_question(bank, "true_false")
    run = start(officer)
    phone.post(page(run), {"answer": "false"})
    phone.post(page(run), {"answer": "true"})
    assert list(PracticeAnswer.objects.values_list("is_right", flat=True)) == [False]
    asked = questions_of(run)[1]
    assert answer_question(asked, True).is_right is False


def test_answers_are_only_added(officer, bank):
    make_question(bank, "true_false")
    answer_question(questions_of(start(officer))[1], True)
    for write in (lambda rows: rows.update(is_right=False), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            write(PracticeAnswer.objects.all())


def test_a_run_is_its_officers_alone(client, officer, bank, districts):
    make_question(bank, "single")
    run = start(officer)
    client.force_login(factory.make_officer(districts["XH-01"]).user)
    for address in (page(run), reverse("practice:run", args=[run.pk])):
        assert client.get(address).status_code == 404
    assert client.post(page(run), {"answer": "o1"}).status_code == 404
    assert client.get(reverse("practice:sheet", args=[run.pk])).status_code == 404
    assert client.post(reverse("practice:finish", args=[run.pk])).status_code == 404
    assert "练习</strong>" not in client.get(reverse("practice:home")).content.decode()


def test_only_officers_and_only_signed_in(client, bank):
    address = reverse("practice:home")
    assert client.get(address).status_code == 302
    client.force_login(factory.make_user())
    assert client.get(address).status_code == 403


def test_an_exam_banks_question_is_never_practised(phone, officer, bank, city):
    item = ItemCode.objects.create(code="SX-1", name="设摊")
    exam = make_question(make_bank(city, "exam"), "single")
    exam.item_codes.add(item)
    response = phone.post(reverse("practice:choose") + "?item=SX-1", {"size": "10"})
    assert (response.status_code, PracticeRun.objects.count()) == (422, 0)
    run = PracticeRun.objects.create(officer=officer, kind="DRILL", title="练", versions=[exam.current_id], seed=1)
    assert phone.get(page(run)).status_code == 404
    make_question(bank, "single")
    run = start(officer)
    QuestionBank.objects.filter(pk=bank.pk).update(is_for_practice=False)
    assert phone.post(page(run), {"answer": "o1"}).status_code == 404


def test_drills_by_topic_and_by_item(phone, officer, bank):
    topic, item = Topic.objects.create(code="streets", name="市容"), ItemCode.objects.create(code="SX-1", name="设摊")
    by_topic, by_item = make_question(bank, "single", topic=topic), make_question(bank, "single")
    by_item.item_codes.add(item)
    for query, wanted in (("topic=streets", by_topic), ("item=SX-1", by_item)):
        assert phone.get(f"{reverse('practice:choose')}?{query}").status_code == 200
        phone.post(f"{reverse('practice:choose')}?{query}", {"size": "20"})
        assert PracticeRun.objects.latest("pk").versions == [wanted.current_id]
    assert "SX-1" in phone.get(reverse("practice:home"), {"q": "设摊"}).content.decode()
    assert phone.get(reverse("practice:choose")).status_code == 404


def test_what_was_never_practised_comes_first(officer, bank):
    known = make_question(bank, "true_false")
    answer_question(questions_of(start(officer))[1], True)
    for _ in range(3):
        make_question(bank, "true_false")
    assert all(known.current_id == start(officer).versions[-1] for _ in range(5))


def test_the_wrong_book_lets_go_after_two_right_answers(officer, bank):
    make_question(bank, "true_false")
    held = []
    for answer in (False, True, True, False, True):
        answer_question(questions_of(start(officer))[1], answer)
        held.append(wrong_book(officer).count())
    assert held == [1, 1, 0, 1, 1]


def test_another_officers_mistakes_are_not_in_ones_book(officer, bank, districts):
    make_question(bank, "true_false")
    answer_question(questions_of(start(officer))[1], False)
    assert wrong_book(factory.make_officer(districts["XH-01"])).count() == 0


def test_a_mock_exam_is_marked_at_its_end(phone, officer, bank):
    for kind in TYPES:
        make_question(bank, kind)
    phone.post(reverse("practice:choose") + "?mock=1", {"size": "20"})
    run = PracticeRun.objects.get()
    questions = questions_of(run)
    assert {asked.content["type"] for asked in questions.values()} == set(OBJECTIVE)
    for place, asked in list(questions.items())[1:]:
        assert phone.post(page(run, place), right_form(asked.content)).status_code == 302
    assert PracticeAnswer.objects.count() == 0
    assert phone.get(page(run, 2)).context.get("told") is None  # no feedback before the end
    for _ in range(2):
        assert phone.post(reverse("practice:finish", args=[run.pk])).status_code == 302
    answers = PracticeAnswer.objects.filter(run=run)
    assert (answers.count(), answers.filter(is_right=True).count()) == (len(OBJECTIVE), len(OBJECTIVE) - 1)
    text = phone.get(reverse("practice:run", args=[run.pk])).content.decode()
    assert f"{len(OBJECTIVE) - 1}/{len(OBJECTIVE)}" in text
    assert phone.get(page(run)).status_code == 200


@pytest.mark.parametrize("kind", OBJECTIVE)
def test_a_mock_exam_goes_on_where_it_was(client, officer, bank, kind):
    """Another browser, another day: what was given stands in its fields, and the next open question comes."""
    for _ in range(2):
        make_question(bank, kind)
    run = start(officer, "MOCK")
    form = right_form(questions_of(run)[1].content)
    client.force_login(officer.user)
    assert client.post(page(run), form | {"to": "stay"}).status_code == 204
    later = Client()
    later.force_login(officer.user)
    assert later.get(reverse("practice:run", args=[run.pk])).url == page(run, 2)
    shown = filled(later.get(page(run)).content.decode())
    assert shown == {name: value if isinstance(value, list) else [value] for name, value in form.items()}
    assert "已答1/2题" in later.get(reverse("practice:home")).content.decode()
    for to, address in (("back", page(run, 1)), ("sheet", reverse("practice:sheet", args=[run.pk]))):
        assert later.post(page(run, 2), {"to": to}).url == address
    assert later.post(page(run, 1), {"to": "next"}).url == page(run, 2)  # nothing given takes the answer back
    run.refresh_from_db()
    assert run.kept == {}


def filled(markup):
    """What the fields of the page's question hold, as a browser would send it."""
    found = {}
    page_of = lxml.html.fromstring(markup)
    for field in [*page_of.iter("input"), *page_of.iter("select")]:
        name, kind = field.get("name", ""), field.get("type")
        chosen = [one.get("value") for one in field.iter("option") if one.get("selected") is not None]
        if field.tag == "input" and (kind == "text" or field.get("checked") is not None):
            chosen = [field.get("value")]
        if name.startswith("answer") and any(chosen):
            found.setdefault(name, []).extend(chosen)
    return found


def test_a_mock_exam_keeps_nothing_after_it_is_handed_in(phone, officer, bank):
    make_question(bank, "true_false")
    run = start(officer, "MOCK")
    asked = questions_of(run)[1]
    phone.post(reverse("practice:finish", args=[run.pk]))
    keep(asked, {"answer": ["true"]}, True)
    assert PracticeAnswer.objects.get().answer is None
    assert PracticeRun.objects.get().kept == {}
    assert phone.get(reverse("practice:sheet", args=[run.pk])).status_code == 302


def test_a_tampered_mock_exam_keeps_nothing(phone, officer, bank):
    make_question(bank, "single")
    run = start(officer, "MOCK")
    assert phone.post(page(run), {"answer": "zz"}).status_code == 400
    run.refresh_from_db()
    assert (run.kept, PracticeAnswer.objects.count()) == ({}, 0)


TYPED = {
    "numeric": {"answer": ["1" * 41]}, "ordering": {"answer-i1": ["1"], "answer-i2": ["1"]},
    "fill_in": {"answer-1": ["字" * 201]},
    "case": {"answer.1": ["o1"], "answer.2": ["字" * 10_001]},
}  # fmt: skip


@pytest.mark.parametrize("kind", ["numeric", "ordering", "fill_in", "case"])
def test_what_was_refused_is_shown_as_it_was_typed(phone, officer, bank, kind):
    make_question(bank, kind)
    response = phone.post(page(start(officer)), TYPED[kind])
    text = response.content.decode()
    assert response.status_code == 422
    wanted = {name: values for name, values in TYPED[kind].items() if name != "answer.2"}
    assert filled(text) == wanted
    assert f'id="{"answer.2" if kind == "case" else "answer"}-refusal"' in text
    assert text.count('role="alert"') == 1
    assert kind != "case" or "字" * 10_001 in text


def test_where_one_stands_by_topic(phone, officer, bank):
    topic = Topic.objects.create(code="streets", name="市容")
    make_question(bank, "true_false", topic=topic)
    for answer in (True, False):
        answer_question(questions_of(start(officer))[1], answer)
    assert "50.0%（1/2题次）" in phone.get(reverse("practice:home")).content.decode()


def test_pages_without_questions_say_what_to_do(phone):
    for address in (
        reverse("practice:home"),
        reverse("practice:choose") + "?wrong=1",
        reverse("practice:choose") + "?mock=1",
    ):
        response = phone.get(address)
        assert response.status_code == 200
        assert "empty" in response.content.decode()


def queries(phone, address):
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert phone.get(address).status_code == 200
    return len(found)


@pytest.mark.parametrize("name", ["home", "search", "wrong", "paper", "result", "question"])
def test_eleven_cost_what_one_costs(phone, officer, bank, name):
    def filled(number):
        for _ in range(number):
            topic = Topic.objects.create(code=f"t{Topic.objects.count()}", name=f"专题{Topic.objects.count()}")
            question = make_question(bank, "true_false", topic=topic)
            question.item_codes.add(ItemCode.objects.create(code=f"SX-{question.pk}", name="设摊"))
        run = start(officer, size=50)
        for asked in questions_of(run).values():
            answer_question(asked, False)
        return {
            "home": reverse("practice:home"), "search": reverse("practice:home") + "?q=SX",
            "wrong": reverse("practice:choose") + "?wrong=1", "result": reverse("practice:run", args=[run.pk]),
            "paper": reverse("practice:sheet", args=[start(officer, "MOCK", 50).pk]), "question": page(start(officer, size=50)),
        }[name]  # fmt: skip

    phone.get(reverse("practice:home"))
    few = queries(phone, filled(1))
    assert queries(phone, filled(10)) == few
