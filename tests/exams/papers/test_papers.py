import itertools
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.catalogue.models import LegalSource, Topic
from exams.bank.types import of
from exams.papers.models import ForbiddenPair, Paper, PaperItem
from exams.papers.services.drawing import draw_papers, paper_hash, rebuilt, take_snapshot
from exams.papers.services.sealing import open_paper, seal_paper
from lms.audit.models import AuditEvent
from tests import factory
from tests.exams.bank.samples import SAMPLES
from tests.exams.papers.factory import make_bank, make_blueprint, make_question

pytestmark = pytest.mark.django_db
DRAWS = 200


@pytest.fixture
def city(db):
    return factory.make_city()


@pytest.fixture
def bank(city):
    bank = make_bank(city)
    topics = [Topic.objects.create(code=f"t{n}", name=f"专题{n}") for n in range(4)]
    for number in range(48):
        make_question(bank, "single", topic=topics[number % 4], difficulty=1 + number % 5)
    for kind in SAMPLES:
        for _ in range(3):
            make_question(bank, kind, topic=topics[0])
    return bank


@pytest.fixture
def blueprint(bank):
    topics = Topic.objects.order_by("code")
    cells = [{"type": "single", "topic": topic, "count": 5, "marks": 2} for topic in topics]
    return make_blueprint(bank, *cells, ("true_false", 3, 1), ("multiple", 2, 4), ("case", 1, 20), ("ordering", 1, 5))


def refusal_of(act, *arguments, **named):
    with pytest.raises(ValidationError) as refusal:
        act(*arguments, **named)
    return refusal.value.code


def test_two_hundred_draws_meet_the_blueprint(blueprint):
    papers = draw_papers(take_snapshot(blueprint), map(str, range(DRAWS)), purpose="模拟", actor=factory.make_user())
    cells = {cell.order: cell for cell in blueprint.cells.all()}
    for paper in papers:
        items = list(paper.items.select_related("version__question"))
        assert Counter(item.cell for item in items) == {order: cell.count for order, cell in cells.items()}
        assert len({item.version_id for item in items}) == len(items)
        for item in items:
            cell, question = cells[item.cell], item.version.question
            assert (question.type, item.marks) == (cell.type, cell.marks)
            assert cell.topic_id in (None, question.topic_id)
    assert len({paper.sha256 for paper in papers}) == DRAWS


def test_a_paper_can_be_had_again(blueprint):
    snapshot = take_snapshot(blueprint)
    (paper,) = draw_papers(snapshot, ["2026-甲"], purpose="等级考试", actor=factory.make_user())
    assert rebuilt(Paper.objects.get()) == paper.sha256 == paper_hash(paper.items.order_by("slot"))
    assert take_snapshot(blueprint) == snapshot
    assert draw_papers(snapshot, ["2026-甲"], purpose="等级考试", actor=factory.make_user()) == []


def test_a_question_that_changes_changes_no_paper(blueprint, bank):
    snapshot = take_snapshot(blueprint)
    (paper,) = draw_papers(snapshot, ["1"], purpose="考试", actor=factory.make_user())
    before = [item.content for item in paper.items.all()]
    bank.questions.update(state="RETIRED", current=None)
    assert [item.content for item in paper.items.all()] == before
    assert rebuilt(Paper.objects.get()) == paper.sha256
    assert refusal_of(take_snapshot, blueprint) == "short"


def test_a_short_bank_is_refused_with_its_numbers(bank):
    blueprint = make_blueprint(bank, ("numeric", 5, 1), ("matching", 3, 1))
    with pytest.raises(ValidationError) as refusal:
        take_snapshot(blueprint)
    assert refusal.value.code == "short"
    assert "要5题，缺2题" in refusal.value.message
    assert "匹配题" not in refusal.value.message


def test_only_an_approved_blueprint_draws(bank):
    assert refusal_of(take_snapshot, make_blueprint(bank, ("single", 1, 1), is_approved=False)) == "not_approved"
    assert refusal_of(take_snapshot, make_blueprint(bank, code="P2")) == "empty"


def test_stale_and_unreviewed_questions_are_left_out(city):
    bank = make_bank(city)
    stale, fresh = make_question(bank), make_question(bank)
    make_question(bank, state="REVIEWED")
    source = LegalSource.objects.create(title="某条例")
    old = source.versions.create(edition="旧", effective_on=date(2010, 1, 1), superseded_on=timezone.localdate())
    stale.current.sources.add(old)
    snapshot = take_snapshot(make_blueprint(bank, ("single", 1, 1)))
    assert snapshot.candidates == {"1": [fresh.current_id]}


def test_questions_that_give_each_other_away(bank):
    first, second, *_ = bank.questions.filter(type="case").order_by("pk")
    ForbiddenPair.objects.create(first=first, second=second)
    snapshot = take_snapshot(make_blueprint(bank, ("case", 2, 10)))
    for paper in draw_papers(snapshot, map(str, range(20)), purpose="考", actor=factory.make_user()):
        assert {first.current_id, second.current_id} != set(paper.items.values_list("version_id", flat=True))


def test_types_stand_together_and_options_move(blueprint):
    papers = draw_papers(take_snapshot(blueprint), map(str, range(20)), purpose="考", actor=factory.make_user())
    kinds = [item.content["type"] for item in papers[0].items.order_by("slot")]
    assert [kind for place, kind in enumerate(kinds) if kinds.index(kind) == place] == sorted(
        set(kinds), key=kinds.index
    )
    assert len([1 for a, b in itertools.pairwise(kinds) if a != b]) == len(set(kinds)) - 1
    keys = [
        of(item.content).key(item.content) for paper in papers for item in paper.items.filter(content__type="single")
    ]
    assert set(keys) == {"o1", "o2", "o3"}


def test_what_is_drawn_stays(blueprint):
    draw_papers(take_snapshot(blueprint), ["1"], purpose="考", actor=factory.make_user())
    for change in (PaperItem.objects.all().delete, lambda: PaperItem.objects.update(marks=9)):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.fixture
def sealed(blueprint, access):
    (paper,) = draw_papers(take_snapshot(blueprint), ["1"], purpose="等级考试", actor=factory.make_user())
    return seal_paper(paper, timezone.now() + timedelta(hours=2), actor=factory.make_user())


def test_whoever_drew_a_paper_cannot_seal_it(blueprint):
    drawer = factory.make_user()
    (paper,) = draw_papers(take_snapshot(blueprint), ["1"], purpose="考", actor=drawer)
    tomorrow = timezone.now() + timedelta(days=1)
    assert refusal_of(seal_paper, paper, tomorrow, actor=drawer) == "same_person"
    assert refusal_of(seal_paper, paper, timezone.now(), actor=factory.make_user()) == "past"
    seal_paper(paper, tomorrow, actor=factory.make_user())
    assert refusal_of(seal_paper, paper, tomorrow, actor=factory.make_user()) == "already_checked"


def test_a_sealed_paper_is_read_by_nobody_and_who_tries_is_written_down(sealed, city):
    chief = factory.make_staff("CHIEF_EXAMINER", city)
    assert refusal_of(open_paper, sealed, actor=chief) == "sealed"
    assert refusal_of(open_paper, sealed, actor=factory.make_staff("EXAM_SETTER", city)) == "not_allowed"
    assert list(AuditEvent.objects.filter(action="papers.refuse").values_list("detail__code", flat=True).order_by("seq")) == [
        "sealed", "not_allowed",
    ]  # fmt: skip
    Paper.objects.update(opens_at=timezone.now())
    sealed.refresh_from_db()
    assert len(open_paper(sealed, actor=chief)) == sealed.items.count()
    assert AuditEvent.objects.filter(action="papers.open").count() == 1
