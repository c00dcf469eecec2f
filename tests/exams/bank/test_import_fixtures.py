"""Every file others published is read, and says what it held."""

import json
import random
import time

import pytest

from exams.bank.formats import READERS, detected

MOODLE_TYPES = {
    "essay": "short_answer", "matching": "matching", "multichoice_single": "single", "multichoice_multi": "multiple",
    "numerical_range_or_tolerance": "numeric", "shortanswer": "fill_in", "truefalse": "true_false",
}  # fmt: skip
QTI = {
    "choice.xml": "single", "choice_fixed.xml": "single", "choice_multiple.xml": "multiple",
    "extended_text.xml": "short_answer", "inline_choice.xml": "single", "match.xml": "matching", "order.xml": "ordering",
    "order_partial_scoring.xml": "ordering", "shufflechoice.xml": "single", "text_entry.xml": "fill_in",
}  # fmt: skip
MUTATIONS = 300


def read(path):
    data = path.read_bytes()
    return READERS[detected(data, path.name)](data)


def question_files(shared):
    files = [path for path in sorted((shared / "questions").iterdir()) if path.suffix != ".json"]
    return files + sorted((shared / "qti").iterdir())


def types(reading):
    return [draft.content["type"] for draft in reading.drafts]


def test_gift(shared):
    expected = json.loads((shared / "questions" / "expected.json").read_text())["questions.gift.txt"]
    reading = read(shared / "questions" / "questions.gift.txt")
    assert types(reading) == [MOODLE_TYPES[name] for name in expected["types_in_order"]]
    assert len(reading.drafts) == expected["count"]
    assert (reading.errors, len(reading.warnings)) == ([], 2)  # the two blocks that end in junk
    _, matching, _, multiple, numeric, fill_in, wrong, *_ = (draft.content for draft in reading.drafts)
    assert (len(matching["prompts"]), len(matching["targets"])) == (4, 5)
    assert [option["weight"] for option in multiple["options"]] == ["0.5", "-1", "0.5", "-1"]
    assert numeric["answers"] == [{"value": "3", "tolerance": "2", "weight": "1"}]
    assert numeric["feedback_wrong"] == "Completely wrong"
    assert [one["weight"] for one in fill_in["blanks"][0]["accepted"]] == ["1", "0.5", "0"]
    assert wrong["answer"] is False


def test_aiken(shared):
    expected = json.loads((shared / "questions" / "expected.json").read_text())["questions.aiken.txt"]
    reading = read(shared / "questions" / "questions.aiken.txt")
    keys = [next(one["id"] for one in draft.content["options"] if one["weight"] == "1") for draft in reading.drafts]
    assert [key.upper() for key in keys] == expected["answers"]
    assert "&lt;html class=" in reading.drafts[1].content["stem"]


@pytest.mark.parametrize(("name", "expected"), [
    ("match.moodle.xml", ["matching"]), ("multichoice.xml", ["single"]), ("shortanswer.moodle.xml", ["fill_in"]),
    ("truefalse.xml", ["true_false", "true_false"]),
])  # fmt: skip
def test_moodle(shared, name, expected):
    reading = read(shared / "questions" / name)
    assert (types(reading), reading.errors, reading.unsupported) == (expected, [], [])
    assert all("PLUGINFILE" not in json.dumps(draft.content) for draft in reading.drafts)


def test_qti(shared):
    for path in sorted((shared / "qti").iterdir()):
        reading = read(path)
        if path.name in QTI:
            assert (types(reading), reading.errors, reading.unsupported) == ([QTI[path.name]], [], []), path.name
        else:
            assert reading.drafts == [], path.name
            assert reading.errors or reading.unsupported, path.name


def test_what_cannot_be_used_is_named(shared):
    (hotspot,) = read(shared / "qti" / "hotspot.xml").unsupported
    assert hotspot.field == "hotspotInteraction"
    (broken,) = read(shared / "qti" / "illformed.xml").errors
    assert broken.place


def test_partial_credit_of_a_mapping(shared):
    (draft,) = read(shared / "qti" / "match.xml").drafts
    assert [prompt["weight"] for prompt in draft.content["prompts"]] == ["0.33333", "0.16667", "0.16667", "0.33333"]
    (draft,) = read(shared / "qti" / "text_entry.xml").drafts
    assert draft.content["blanks"][0]["is_case_sensitive"]


def mutated(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(found) or 1)
        way = chance.randrange(4)
        if way == 0:
            found[place : place + 1] = bytes([chance.randrange(256)])
        elif way == 1:
            del found[place : place + chance.randint(1, 40)]
        elif way == 2:
            found[place:place] = found[chance.randrange(len(found) or 1) :][:40]
        else:
            found[place:place] = chance.choice([b"{", b"}", b"~", b"=", b"<", b">", b"&", b"%", b"\\", b"\xff", b"\0"])
    return bytes(found)


def check_mutations(files, count):
    chance = random.Random(20261122)
    for number in range(count):
        path = files[number % len(files)]
        data = mutated(path.read_bytes(), chance)
        begun = time.process_time()
        for reader in {detected(data, path.name), detected(path.read_bytes(), path.name)}:
            READERS[reader](data)
        assert time.process_time() - begun < 2, (path.name, number)


def test_damaged_files_are_answered(shared):
    check_mutations(question_files(shared), MUTATIONS)


@pytest.mark.slow
def test_ten_thousand_damaged_files_are_answered(shared):
    check_mutations(question_files(shared), 10_000)
