"""A stored question filled in reads back as the answer it was filled with."""

import lxml.html
import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from exams.bank.forms.answering import posted_answer
from exams.bank.types import TYPES, of
from exams.sittings.filling import FIELD, filled, values_of
from exams.sittings.shape import shape
from tests.exams.bank.samples import SAMPLES

ANSWERS = {
    "single": ["a", "c"], "multiple": [["a"], ["a", "b", "c"]], "true_false": [True, False],
    "fill_in": [{"1": "二"}, {"1": '"><i>', "2": "执法证&"}], "numeric": ["5", "1,000"],
    "matching": [{"p1": "t2"}, {"p1": "t1", "p2": "t3"}], "ordering": [["i3", "i1", "i4", "i2"]],
    "short_answer": ["立案。\n调查</textarea><b>", "一"], "case": [{"1": "b"}, {"1": "a", "2": "程序。"}],
}  # fmt: skip
CASES = [(kind, answer) for kind, answers in ANSWERS.items() for answer in answers]


def html_of(content) -> str:
    return render_to_string("bank/question.html", {"question": of(content).public(content), "name": "q7"})


def sent(html: str) -> QueryDict:
    """What a browser would post of a page."""
    form = lxml.html.fromstring(f"<form>{html}</form>")
    posted = QueryDict(mutable=True)
    for name, value in form.form_values():
        posted.appendlist(name, value)
    return posted


def test_every_type_is_here():
    assert set(ANSWERS) == set(TYPES)


@pytest.mark.parametrize(("kind", "answer"), CASES)
def test_filled_and_read_back(kind, answer):
    content = SAMPLES[kind]()
    html = filled(html_of(content), values_of(shape(content), answer, "q7"))
    assert posted_answer(sent(html), shape(content), "q7") == answer


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_nothing_given_nothing_changed(kind):
    content = SAMPLES[kind]()
    html = html_of(content)
    assert FIELD.search(html)
    assert filled(html, values_of(shape(content), None, "q7")) == html
    assert posted_answer(sent(html), shape(content), "q7") is None


def test_what_is_written_stays_text():
    content = SAMPLES["short_answer"]()
    html = filled(html_of(content), values_of(content, "</textarea><script>", "q7"))
    assert "<script>" not in html
