"""What is exported comes back unchanged, whatever the type and whatever a format can say of it."""

import pytest
from hypothesis import HealthCheck, given, settings

from exams.bank.formats import detected, excel, excel_out, moodle, moodle_out
from exams.bank.formats.excel_out import Exported
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
