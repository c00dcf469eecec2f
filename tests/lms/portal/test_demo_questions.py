import re
from collections import Counter

import pytest

from courses.catalogue.models import ItemCode
from exams.bank.models import Question, QuestionBank, QuestionVersion
from exams.bank.types import TYPES, of
from lms.portal.demo.articles import ARTICLES, BLANK
from lms.portal.demo.basis import ITEMS, write_basis
from lms.portal.demo.questions import MARK, PER_ITEM, drafts_of, write_questions
from tests import factory

CODES = [f"事项-{number:03d}" for number in range(1, ITEMS + 1)]
QUOTED = re.compile("》第[^：]+：“(.+)”(?:括号|$)")


@pytest.fixture(scope="module")
def drafts():
    return drafts_of(CODES)


def test_five_for_every_code_and_every_kind_among_them(drafts):
    counts = Counter(draft.item_codes[0] for draft, _ in drafts)
    assert (len(drafts), set(counts), set(counts.values())) == (2140, set(CODES), {PER_ITEM})
    assert {draft.content["type"] for draft, _ in drafts} == set(TYPES)
    assert all(draft.topic and draft.level for draft, _ in drafts)


def test_each_is_a_question_of_its_kind(drafts):
    for draft, _ in drafts:
        of(draft.content).validate(draft.content)


def test_what_cites_no_law_says_that_it_is_a_placeholder(drafts):
    for draft, laws in drafts:
        assert bool(laws) != draft.content["stem"].startswith(MARK)
        assert bool(laws) == bool(draft.article)


def test_what_stands_in_quotation_marks_is_the_article(drafts):
    """A stem quotes with one place open: filled with what the key says, it reads as the article does."""
    words = {one.words for one in ARTICLES}
    asked = [draft.content for draft, laws in drafts if laws and QUOTED.search(draft.content["stem"])]
    for content in asked:
        assert filled(content) in words
    assert len(asked) > 200


def filled(content):
    quotation = QUOTED.search(content["stem"])[1]
    if content["type"] not in ("single", "fill_in"):  # its key is no word of the article: any gap will do
        gaps = [gap[0] for one in ARTICLES for gap in one.gaps]
        readings = (quotation.replace(BLANK, gap) for gap in gaps)
        return next(one for one in readings if one in {article.words for article in ARTICLES})
    return quotation.replace(BLANK, _key(content)).replace("{{1}}", _key(content))


def _key(content):
    key = of(content).key(content)
    return key["1"] if "blanks" in content else next(one["html"] for one in content["options"] if one["id"] == key)


@pytest.mark.django_db
def test_they_come_in_reviewed_by_another_and_in_use(city):
    write_basis(4)
    setter, reviewer = factory.make_user("SETTER"), factory.make_user("REVIEWER")
    assert write_questions(city, setter, reviewer) == Question.objects.usable().count() == 4 * PER_ITEM
    assert set(QuestionVersion.objects.values_list("made_by", "checked_by")) == {(setter.pk, reviewer.pk)}
    assert QuestionVersion.objects.filter(article__gt="", sources=None).count() == 0
    assert QuestionVersion.objects.filter(article="", sources__isnull=False).count() == 0
    assert set(Question.objects.values_list("item_codes__code", flat=True)) == set(
        ItemCode.objects.values_list("code", flat=True)
    )
    assert Question.objects.filter(topic=None).count() == 0
    assert all(bank.questions.exists() for bank in QuestionBank.objects.all())
    assert QuestionBank.objects.for_practice().count() == 1
