import csv
import json
import random
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from exams.bank.types import TYPES, of
from exams.bank.types.policy import Policy
from tests.exams.bank.samples import SAMPLES, objective_questions

POLICIES = [Policy(), Policy("share", Decimal("0.5")), Policy("weights")]
FULL = Decimal(10)
MARK = "CANARY"


def test_every_type_has_a_sample():
    assert set(TYPES) == set(SAMPLES)


@pytest.mark.parametrize("code", TYPES)
def test_a_sample_is_a_question_of_its_kind(code):
    content = SAMPLES[code]()
    of(content).validate(content)
    assert of(content).public(content)["type"] == code


@pytest.mark.parametrize("code", TYPES)
def test_nothing_secret_is_public(code):
    canaried = of(SAMPLES[code]()).canaried(SAMPLES[code](), MARK)
    assert MARK in json.dumps(canaried, ensure_ascii=False)
    assert MARK not in json.dumps(TYPES[code].public(canaried), ensure_ascii=False)


@pytest.mark.parametrize("code", TYPES)
def test_every_key_of_the_content_is_either_shown_or_secret(code):
    """What a type stores beyond what it shows must be under the canary: nothing may be forgotten."""
    content = SAMPLES[code]()
    shown, canaried = TYPES[code].public(content), TYPES[code].canaried(content, MARK)
    for name in set(content) - set(shown):
        assert MARK in json.dumps(canaried[name], ensure_ascii=False), name


@pytest.mark.parametrize("code", [code for code, module in TYPES.items() if module.IS_OBJECTIVE])
@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.partial)
def test_the_key_earns_full_marks(code, policy):
    content = SAMPLES[code]()
    module = of(content)
    assert module.score(content, module.key(content), FULL, policy) == FULL
    assert module.score(content, None, FULL, policy) == 0


@given(objective_questions(), st.integers(), st.sampled_from(POLICIES))
def test_shuffling_changes_nothing_but_places(content, seed, policy):
    module = of(content)
    module.validate(content)
    other = module.shuffled(content, random.Random(seed))
    module.validate(other)
    assert module.score(other, module.key(other), FULL, policy) == FULL
    assert module.shuffled(content, random.Random(seed)) == other


@given(objective_questions(), st.randoms(use_true_random=False), st.sampled_from(POLICIES))
def test_marks_stay_between_nothing_and_full(content, chance, policy):
    module = of(content)
    answer = some_answer(content, chance)
    module.check_answer(content, answer)
    assert 0 <= module.score(content, answer, FULL, policy) <= FULL


def some_answer(content, chance):
    public = of(content).public(content)
    ids = {name: [part["id"] for part in public.get(name, [])] for name in ("options", "items", "targets")}
    return {
        "single": lambda: chance.choice(ids["options"]),
        "multiple": lambda: chance.sample(ids["options"], chance.randint(0, len(ids["options"]))),
        "true_false": lambda: chance.random() < 0.5,
        "numeric": lambda: str(chance.randint(-1000, 1000)),
        "fill_in": lambda: {"1": chance.choice(["处罚", "*", ""])},
        "matching": lambda: {prompt["id"]: chance.choice(ids["targets"]) for prompt in public["prompts"]},
        "ordering": lambda: chance.sample(ids["items"], chance.randint(0, len(ids["items"]))),
    }[content["type"]]()


def test_multi_select_table(shared):
    rows = list(csv.DictReader((shared / "scoring" / "multi-select.csv").open()))
    assert rows
    for row in rows:
        share = str(Decimal(1) / len(row["key"]))
        options = [{"id": one, "html": one, "weight": share if one in row["key"] else "0"} for one in "ABCD"]
        content = {"type": "multiple", "stem": "题", "options": options}
        policy = Policy("share", Decimal(row["per_option"]))
        got = of(content).score(content, list(row["chosen"]), Decimal(row["full_mark"]), policy)
        assert got == Decimal(row["expected"]), row


@pytest.mark.parametrize(("code", "answer"), [
    ("single", "z"), ("single", ["a", "b"]), ("multiple", "a"), ("multiple", ["a", "z"]), ("true_false", "true"),
    ("fill_in", {"9": "x"}), ("fill_in", {"1": 2}), ("numeric", 5), ("matching", {"p1": "p2"}), ("matching", {"z": "t1"}),
    ("ordering", ["i1", "i1"]), ("ordering", ["z"]), ("short_answer", 1), ("case", {"9": "a"}), ("case", {"1": "z"}),
    ("case", {"x": "a"}),
])  # fmt: skip
def test_answers_no_page_sends_are_refused(code, answer):
    with pytest.raises(ValidationError) as refusal:
        TYPES[code].check_answer(SAMPLES[code](), answer)
    assert refusal.value.code == "tampered"


@pytest.mark.parametrize(("code", "answer"), [
    ("fill_in", {"1": "长" * 201}), ("short_answer", "长" * 10_001), ("numeric", "1" * 41),
])  # fmt: skip
def test_answers_have_a_length(code, answer):
    with pytest.raises(ValidationError) as refusal:
        TYPES[code].check_answer(SAMPLES[code](), answer)
    assert refusal.value.code == "too_long"


@pytest.mark.parametrize(("given", "marks"), [
    ({"1": "二", "2": "执法证件"}, 10), ({"1": " 二 ", "2": "执法证"}, 10), ({"1": "两", "2": "执法证"}, "7.5"),
    ({"1": "二"}, 5), ({"1": "三", "2": "证"}, 0), ({}, 0),
])  # fmt: skip
def test_blanks_take_variants_and_wildcards(given, marks):
    content = SAMPLES["fill_in"]()
    assert of(content).score(content, given, FULL, Policy("weights")) == Decimal(marks)


def test_a_wildcard_is_no_expression():
    content = SAMPLES["fill_in"]()
    content["blanks"] = [{"id": "1", "accepted": [{"text": "*a" * 90 + "b", "weight": "1"}]}]
    assert of(content).score(content, {"1": "a" * 200}, FULL, Policy()) == 0


@pytest.mark.parametrize(
    ("text", "marks"),
    [("5", 10), ("５．０", 10), ("5.00", 10), ("7", 5), ("7.1", 0), ("1e999", 0), ("五", 0)],  # noqa: RUF001 - what people type
)
def test_numbers_as_people_type_them(text, marks):
    content = SAMPLES["numeric"]()
    assert of(content).score(content, text, FULL, Policy("weights")) == marks


def test_a_case_waits_for_its_markers():
    content = SAMPLES["case"]()
    module = of(content)
    assert module.score(content, {"1": "b", "2": "先立案。"}, FULL, Policy()) is None
    assert module.part_scores(content, {"1": "b", "2": "先立案。"}, FULL, Policy()) == [Decimal(4), None]
    assert module.score(content, {"1": "b"}, FULL, Policy()) == 4


@pytest.mark.parametrize(("code", "change", "refusal"), [
    ("single", {"options": []}, "options"), ("single", {"stem": " "}, "stem"), ("true_false", {"answer": "对"}, "key"),
    ("multiple", {"options": [{"id": "a", "html": "甲"}, {"id": "b", "html": "乙"}]}, "key"),
    ("single", {"options": [{"id": "a", "html": "甲", "weight": "1"}, {"id": "a", "html": "乙"}]}, "options"),
    ("fill_in", {"stem": "没有空"}, "blanks"), ("matching", {"targets": []}, "options"), ("ordering", {"order": []}, "key"),
    ("case", {"parts": []}, "parts"), ("numeric", {"answers": [{"value": "NaN"}]}, "number"),
])  # fmt: skip
def test_what_is_no_question_is_refused(code, change, refusal):
    content = SAMPLES[code]() | change
    with pytest.raises(ValidationError) as found:
        of(content).validate(content)
    assert found.value.code == refusal
