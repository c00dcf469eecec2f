"""The page of questions that must not meet: who sees it, who adds and removes, what comes of it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exams.papers.models import ForbiddenPair
from exams.papers.services.drawing import draw_papers, take_snapshot
from exams.papers.services.pairs import allow, forbid
from lms.audit.models import AuditEvent
from lms.people.access import Role
from tests import factory
from tests.exams.bank.samples import SAMPLES
from tests.exams.papers.factory import make_bank, make_blueprint, make_question

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("access")]
LIST, ADD = "forbiddenpair:index", "forbiddenpair:add"


@pytest.fixture(autouse=True)
def one_factor(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def questions(city):
    bank = make_bank(city, "law")
    return [asking(bank, f"第{number}题：处罚的种类") for number in (1, 2, 3)]


def asking(bank, stem):
    return make_question(bank, content={**SAMPLES["single"](), "stem": stem})


@pytest.fixture
def office(client, city):
    client.force_login(factory.make_staff(Role.EXAM_ADMIN, city))
    return client


def send(client, one, other, reason="一题说出了另一题"):
    return client.post(reverse(ADD), {"one": one, "other": other, "reason": reason})


def test_a_pair_by_number_and_by_words(office, questions):
    first, second, _ = questions
    assert send(office, str(second.pk), "第1题").status_code == 302
    pair = ForbiddenPair.objects.get()
    assert (pair.first, pair.second, pair.reason) == (first, second, "一题说出了另一题")
    assert AuditEvent.objects.filter(action="papers.add_forbiddenpair").count() == 1
    text = office.get(reverse(LIST), {"q": "第2题"}).content.decode()
    assert "第1题" in text
    assert "第2题" in text
    assert "第1题" not in office.get(reverse(LIST), {"q": "没有这样的题"}).content.decode()
    assert "第1题" in office.get(reverse(LIST), {"question": second.pk}).content.decode()


@pytest.mark.parametrize(("one", "other", "code"), [
    ("第1题", "第1题", "same"), ("处罚的种类", "第1题", "several"), ("没有", "第1题", "unknown"), ("9" * 40, "第1题", "unknown"),
])  # fmt: skip
def test_what_names_no_pair_is_refused_at_its_field(office, questions, one, other, code):
    response = send(office, one, other)
    form = response.context["form"]
    assert ForbiddenPair.objects.count() == 0
    assert code in {error.code for errors in form.errors.as_data().values() for error in errors}


def test_a_pair_stands_once_whichever_way(questions):
    first, second, _ = questions
    actor = factory.make_user()
    forbid(first, second, "甲", actor=actor)
    with pytest.raises(ValidationError) as refusal:
        forbid(second, first, "乙", actor=actor)
    assert refusal.value.code == "known"


def test_removing_is_written_down(office, questions):
    pair = forbid(*questions[:2], "甲", actor=factory.make_user())
    assert office.post(reverse("forbiddenpair:remove", args=[pair.pk]), {"reason": "题已改"}).status_code == 302
    assert not ForbiddenPair.objects.exists()
    event = AuditEvent.objects.get(action="papers.delete_forbiddenpair")
    assert (event.detail["reason"], event.detail["was"]) == ("题已改", "甲")


def test_new_papers_keep_the_pair_apart_and_old_snapshots_what_they_had(questions):
    blueprint, actor = make_blueprint(questions[0].bank, ("single", 2, 1)), factory.make_user()
    pair = forbid(*questions[:2], "甲", actor=actor)
    snapshot = take_snapshot(blueprint)
    apart = {one.pk for one in questions[:2]}
    for paper in draw_papers(snapshot, [f"s{number}" for number in range(8)], purpose="考试", actor=actor):
        assert not apart <= set(paper.items.values_list("version__question", flat=True))
    allow(pair, actor=actor, reason="题已改")
    assert snapshot.forbidden
    assert take_snapshot(blueprint).forbidden == []


@pytest.mark.parametrize(("role", "sees", "adds"), [
    (Role.EXAM_ADMIN, True, True), (Role.CHIEF_EXAMINER, True, False), (Role.EXAM_SETTER, False, False),
])  # fmt: skip
def test_who_may_see_and_add(client, city, questions, role, sees, adds):
    forbid(*questions[:2], "甲", actor=factory.make_user())
    client.force_login(factory.make_staff(role, city))
    assert (client.get(reverse(LIST)).status_code == 200) is sees
    assert (client.get(reverse(ADD)).status_code == 200) is adds


def test_both_questions_must_be_in_ones_scope(client, city, districts, questions):
    theirs = asking(make_bank(districts["XH"], "own"), "徐汇的题")
    others = asking(make_bank(districts["PD"], "far"), "浦东的题")
    pair = forbid(theirs, others, "甲", actor=factory.make_user())
    client.force_login(factory.make_staff(Role.EXAM_ADMIN, districts["XH"]))
    assert "徐汇的题" not in client.get(reverse(LIST)).content.decode()
    assert client.post(reverse("forbiddenpair:remove", args=[pair.pk]), {"reason": "x"}).status_code == 404
    send(client, "徐汇的题", "浦东的题")
    assert ForbiddenPair.objects.count() == 1


def test_eleven_pairs_cost_what_one_costs(office, questions):
    def queries():
        with CaptureQueriesContext(connection) as found:
            assert office.get(reverse(LIST)).status_code == 200
        return len(found)

    actor, bank = factory.make_user(), questions[0].bank
    forbid(*questions[:2], "甲", actor=actor)
    office.get(reverse(LIST))
    few = queries()
    for _ in range(10):
        forbid(make_question(bank, "single"), make_question(bank, "single"), "甲", actor=actor)
    assert queries() == few
