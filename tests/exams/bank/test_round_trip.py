"""What is exported comes back unchanged, whatever the type and whatever a format can say of it."""

import json
import random
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from PIL import Image

from exams.bank.formats import detected, excel, excel_out, moodle, moodle_out
from exams.bank.formats.excel_out import Exported
from exams.bank.formats.extension import packed
from exams.bank.types import of
from exams.bank.types.policy import Policy
from tests.exams.bank import hostile
from tests.exams.bank.samples import SAMPLES, objective_questions

WAYS = {"xlsx": (excel_out.write, excel.read), "moodlexml": (moodle_out.write, moodle.read)}


def there_and_back(way, contents):
    write, read = WAYS[way]
    data = write([Exported(content) for content in contents])
    assert detected(data) == way
    reading = read(data)
    assert (reading.errors, reading.unsupported) == ([], [])
    return [draft.content for draft in reading.drafts]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("code", SAMPLES)
def test_every_type_comes_back(way, code):
    assert there_and_back(way, [SAMPLES[code]()]) == [SAMPLES[code]()]


@pytest.mark.parametrize("way", WAYS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(content=objective_questions())
def test_any_question_comes_back(way, content):
    assert there_and_back(way, [content]) == [content]


def broken(value, chance):
    """A copy with something somewhere else than it was, of another kind, or gone."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(sorted(value))
        rest = {one: value[one] for one in value if one != name}
        return rest if chance.random() < 0.2 else rest | {name: broken(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        return [*value[:place], broken(value[place], chance), *value[place + chance.randrange(2) :]]
    return chance.choice(
        [None, "", "x", "NaN", "1e999999999", "\ud83d", "{{1}}", True, 7, 1.5, [], [[]], {}, {"id": {}}, ["x"]]
    )


@pytest.mark.parametrize("code", SAMPLES)
def test_a_broken_content_is_an_error_of_its_question_and_no_more(code):
    chance = random.Random(20261122)
    for _ in range(1500):
        content = SAMPLES[code]()
        for _ in range(chance.randint(1, 3)):
            content = broken(content, chance)
        whole = json.dumps(content).encode()
        reading = moodle.read(
            b'<quiz><question type="x"/><question type="cloze"><contentextension><![CDATA['
            + whole
            + b"]]></contentextension></question></quiz>"
        )
        assert len(reading.drafts) + len(reading.errors) == 1
        for draft in reading.drafts:
            json.dumps(of(draft.content).public(draft.content))
            module = of(draft.content)
            module.score(draft.content, module.key(draft.content), Decimal(2), Policy())
            packed(draft.content).encode()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_of_usual_size_comes_in_and_goes_round(kind):
    pixels = random.Random(1).randbytes(640 * 480 * 3)  # nothing that shrinks
    content = BytesIO()
    Image.frombytes("RGB", (640, 480), pixels).save(content, kind)
    data = hostile.moodle('看图：<img src="@@PLUGINFILE@@/a.png">', ("a.png", content.getvalue()))
    (draft,) = moodle.read(data).drafts
    assert len(draft.content["stem"]) > 100_000
    assert there_and_back("moodlexml", [draft.content]) == [draft.content]
