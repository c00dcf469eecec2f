"""Given answers put into the fields of a question's stored HTML: for whoever reads the paper without script."""

import re
from collections.abc import Callable

from django.utils.html import escape

FIELD = re.compile(r"<(input|textarea|select|option)\b([^>]*)>")
EMPTY = ' value=""'
ATTRIBUTE = re.compile(r'\b(name|value|type)="([^"]*)"')
Values = dict[str, list[str]]


def values_of(question: dict, answer, name: str) -> Values:
    """What the fields called after `name` hold for an answer; `question` may lack its words. {} for none."""
    return {} if answer is None else _WRITERS[question["type"]](question, answer, name)


def filled(html: str, values: Values) -> str:
    """The HTML with these values chosen or written; every other field is left as it is."""
    if not values:
        return html
    chosen: list[str] = []

    def fill(found: re.Match) -> str:
        nonlocal chosen
        tag, about = found[1], dict(ATTRIBUTE.findall(found[2]))
        if tag == "select":
            chosen = values.get(about.get("name", ""), [])
        given = chosen if tag == "option" else values.get(about.get("name", ""), [])
        return found[0][:-1].replace(EMPTY, "") + _said(tag, about, given) if given else found[0]

    return FIELD.sub(fill, html)


def _said(tag: str, about: dict, given: list[str]) -> str:
    """The rest of a field's tag, and of a text what follows it."""
    if tag == "select":
        return ">"
    if tag == "option":
        return " selected>" if about.get("value") in given else ">"
    if tag == "textarea":
        # A browser drops the first line break, which may be the writer's own.
        return f">\n{escape(given[0])}"
    if about.get("type") in ("radio", "checkbox"):
        return " checked>" if about["value"] in given else ">"
    return f' value="{escape(given[0])}">'


def _one(question: dict, answer, name: str) -> Values:
    return {name: [answer]}


def _many(question: dict, answer, name: str) -> Values:
    return {name: list(answer)}


def _truth(question: dict, answer, name: str) -> Values:
    return {name: ["true" if answer else "false"]}


def _by_part(question: dict, answer, name: str) -> Values:
    return {f"{name}-{part}": [text] for part, text in answer.items()}


def _order(question: dict, answer, name: str) -> Values:
    return {f"{name}-{item}": [str(place)] for place, item in enumerate(answer, start=1)}


def _case(question: dict, answer, name: str) -> Values:
    found: Values = {}
    for place, part in enumerate(question["parts"], start=1):
        found |= values_of(part, answer.get(str(place)), f"{name}.{place}")
    return found


_WRITERS: dict[str, Callable[..., Values]] = {
    "single": _one, "multiple": _many, "true_false": _truth, "numeric": _one, "short_answer": _one, "ordering": _order,
    "fill_in": _by_part, "matching": _by_part, "case": _case,
}  # fmt: skip
