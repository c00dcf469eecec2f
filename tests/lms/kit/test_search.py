import itertools

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from modelsearch.backends import get_search_backend
from modelsearch.query import MATCH_ALL, MATCH_NONE, Not, Phrase, PlainText
from wagtail.images import get_image_model
from wagtail.models import Page

from lms.kit import search as chinese

TITLES = [
    "行政处罚法要点",
    "案件审核与案卷评查",
    "建筑垃圾全链条监管",
    "惩罚法理与行政复议",
    "GB50014-2021 排水标准第3条释义",
    "执法记录仪V8使用说明",
    "𬭚锌污染处置",
]
BODY = "运输车辆应当密闭，建筑垃圾不得沿途遗撒；违者依《行政处罚法》第3条处理。"


def asked(text):
    return [chinese.operands(word, prefix=False) for word in chinese.WORD.findall(text.lower())]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("处罚法", ["'处罚'", "'罚法'"]),
        ("罚", ["'罚':*"]),
        ("第3条GB", ["'第':*", "'3'", "'条':*", "'gb'"]),
        ("𬭚锌", ["'𬭚锌'"]),
    ],
)
def test_a_query_asks_for_pairs_and_for_a_character_only_when_it_stands_alone(text, tokens):
    assert asked(text) == [tokens]


def test_a_text_is_indexed_by_pairs_and_by_its_last_character():
    assert chinese.as_tsvector([("处罚法，V8", "A")]) == "'处罚':1A '罚法':2A '法':3A 'v8':4A"


@given(st.text("行政处罚法三条罚，。", min_size=1), st.data())
def test_whatever_is_cut_out_of_a_text_finds_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    cut = text[start : data.draw(st.integers(start + 1, len(text)))]
    indexed = [match[1] or match[0] for match in chinese.INDEXED.finditer(text)]
    for token in itertools.chain.from_iterable(asked(cut)):
        wanted = token.strip("':*")
        assert any(one.startswith(wanted) if token.endswith("*") else one == wanted for one in indexed)


def distinct_pairs(offset):
    return "".join(chr(0x4E00 + i % 20_000) + chr(0x4E00 + offset + i // 20_000) for i in range(150_000))


@pytest.mark.django_db
def test_two_very_long_texts_still_fit_into_a_vector_together():
    vectors = [chinese.as_tsvector([(distinct_pairs(offset), "D")]) for offset in (0, 100)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s::tsvector || %s::tsvector)", vectors)
        assert cursor.fetchone()[0] > 50_000


@pytest.fixture
def pages(access):
    root = Page.objects.get(depth=1)
    return [root.add_child(instance=Page(title=title, slug=f"search-{i}")) for i, title in enumerate(TITLES)]


@pytest.fixture
def images(access):
    model = get_image_model()
    made = [
        model(title=f"图{i}", description=text, file="x.png", width=1, height=1)
        for i, text in enumerate([BODY, "渣土"])
    ]
    model.objects.bulk_create(made)
    get_search_backend().add_bulk(model, made)
    return made


def titles(results):
    return {page.title for page in results}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("处罚", [0]),
        ("行政处罚", [0]),
        ("案卷", [1]),
        ("评查", [1]),
        ("建筑垃圾", [2]),
        ("链条", [2]),
        ("罚", [0, 3]),
        ("查", [1]),
        ("行政", [0, 3]),
        ("行政 处罚", [0]),
        ("《行政处罚法》", [0]),
        ("第3条", [4]),
        ("gb50014", [4]),
        ("v8", [5]),
        ("𬭚锌", [6]),
        ("行政法", []),
        ("%", []),
        ("'", []),
        (":* & !", []),
        ("\\", []),
    ],
)
def test_pages_are_found_by_any_part_of_their_title(pages, query, found):
    wanted = {TITLES[i] for i in found}
    assert titles(Page.objects.search(query)) == wanted
    assert titles(Page.objects.search(query, fields=["title"])) == wanted


def test_a_latin_word_is_found_whole(pages):
    assert not titles(Page.objects.search("V"))
    assert not titles(Page.objects.search("5001"))


def test_the_language_of_the_server_does_not_matter(pages):
    Page.objects.get(pk=pages[0].pk).add_child(instance=Page(title="The running rules", slug="english"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_text_search_config = 'pg_catalog.english'")
    for query in ("the", "running", "rules"):
        assert titles(Page.objects.search(query)) == {"The running rules"}


def test_pairs_that_stand_apart_are_no_match(pages):
    root = Page.objects.get(depth=1)
    root.add_child(instance=Page(title="处罚与惩罚法", slug="apart"))
    assert titles(Page.objects.search("处罚法")) == {TITLES[0]}
    assert titles(Page.objects.search(PlainText("行政") & Not(PlainText("处罚法")))) == {TITLES[3]}
    assert titles(Page.objects.search(PlainText("惩罚") & Not(PlainText("处罚法")))) == {TITLES[3], "处罚与惩罚法"}


@pytest.mark.parametrize(
    ("query", "found"),
    [("处", [0, 6]), ("处罚", [0]), ("评查", [1]), ("gb50", [4]), ("排水 gb", [4]), ("gb 排水", []), ("使用说明", [5])],
)
def test_autocomplete_takes_a_latin_beginning_and_any_chinese_part(pages, query, found):
    assert titles(Page.objects.autocomplete(query)) == {TITLES[i] for i in found}


def test_autocomplete_in_named_fields(pages):
    assert titles(Page.objects.autocomplete("gb50", fields=["title"])) == {TITLES[4]}


@pytest.mark.parametrize("query", ["建筑垃圾", "遗撒", "行政处罚法", "密闭", Phrase("车辆应当密闭，建筑")])
@pytest.mark.parametrize("fields", [None, ["description"]])
def test_a_body_is_found_by_what_stands_in_mid_sentence(images, query, fields):
    assert list(get_image_model().objects.search(query, fields=fields)) == [images[0]]


def test_or_phrase_and_combinations(pages):
    assert titles(Page.objects.search("案卷 垃圾", operator="or")) == {TITLES[1], TITLES[2]}
    assert titles(Page.objects.search(Phrase("GB50014-2021"))) == {TITLES[4]}
    assert titles(Page.objects.search(PlainText("案卷") | PlainText("垃圾"))) == {TITLES[1], TITLES[2]}


@pytest.mark.parametrize("fields", [None, ["title"]])
def test_everything_and_nothing_can_be_asked_for(pages, fields):
    assert set(TITLES) <= titles(Page.objects.search(MATCH_ALL, fields=fields))
    assert not titles(Page.objects.search(MATCH_NONE, fields=fields))


def test_filters_order_facets_and_counts_work_as_before(pages):
    Page.objects.filter(pk=pages[3].pk).update(live=False)
    both = Page.objects.order_by("title").search("行政", order_by_relevance=False)
    assert [page.title for page in both] == sorted([TITLES[0], TITLES[3]])
    assert titles(Page.objects.filter(live=True).search("行政")) == {TITLES[0]}
    assert Page.objects.search("行政").facet("live") == {True: 1, False: 1}
    assert Page.objects.search("行政").count() == 2
    assert len(Page.objects.search("行政")[:1]) == 1


def test_the_field_with_the_higher_boost_comes_first(images):
    model = get_image_model()
    other = model.objects.create(title="建筑垃圾", description="渣土", file="y.png", width=1, height=1)
    for fields in (None, ["title", "description"]):
        found = model.objects.search("建筑垃圾", fields=fields).annotate_score("score")
        assert list(found) == [other, images[0]]
        assert found[0].score > found[1].score


def test_a_changed_title_is_found_by_its_new_words_only(pages):
    pages[0].title = "渣土运输"
    pages[0].save()
    assert titles(Page.objects.search("渣土")) == {"渣土运输"}
    assert not titles(Page.objects.search("处罚"))
