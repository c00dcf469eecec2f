"""Questions to Moodle XML: its own elements, and ours beside them where Moodle's say too little."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from lxml import etree

from exams.bank.formats.excel_out import Exported
from exams.bank.formats.extension import EXTENSION, packed
from exams.bank.formats.markup import plain
from exams.bank.formats.moodle import read

NAMES = 60


def write(questions: Iterable[Exported]) -> bytes:
    root = etree.Element("quiz")
    topic = None
    for one in questions:
        if one.topic != topic:
            topic = one.topic
            _category(root, topic)
        root.append(_question(one.content))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=False)


def _category(root, topic: str) -> None:
    element = etree.SubElement(root, "question", type="category")
    _text(etree.SubElement(element, "category"), f"$course$/{topic}")


def _question(content: dict):
    kind, fill = WRITERS[content["type"]]
    element = etree.Element("question", type=kind)
    _text(etree.SubElement(element, "name"), plain(content["stem"])[:NAMES] or "题")
    _html(element, "questiontext", content["stem"])
    _html(element, "generalfeedback", content.get("feedback", ""))
    fill(element, content)
    if _read_back(element) != content:
        etree.SubElement(element, EXTENSION).text = packed(content)
    return element


def _read_back(element) -> dict | None:
    alone = etree.Element("quiz")
    alone.append(etree.fromstring(etree.tostring(element)))
    drafts = read(etree.tostring(alone)).drafts
    return drafts[0].content if drafts else None


def _text(parent, text: str, name: str = "text"):
    element = etree.SubElement(parent, name)
    element.text = text
    return element


def _html(parent, name: str, markup: str, **attributes):
    element = etree.SubElement(parent, name, format="html", **attributes)
    _text(element, markup)
    return element


def _percent(weight: str) -> str:
    return format((Decimal(weight) * 100).normalize(), "f")


def _answer(parent, text: str, weight: str, feedback: str = "") -> None:
    element = _html(parent, "answer", text, fraction=_percent(weight))
    if feedback:
        _html(element, "feedback", feedback)


def _choice(element, content: dict) -> None:
    _text(element, "true" if content["type"] == "single" else "false", "single")
    for option in content["options"]:
        _answer(element, option["html"], option.get("weight", "0"), option.get("feedback", ""))


def _true_false(element, content: dict) -> None:
    for value in (True, False):
        name = str(value).lower()
        _answer(element, name, "1" if content["answer"] is value else "0", content.get(f"feedback_{name}", ""))


def _fill_in(element, content: dict) -> None:
    """As a short answer where one blank ends the stem, which is all Moodle's type can say."""
    blank = content["blanks"][0]
    _text(element, "1" if blank.get("is_case_sensitive") else "0", "usecase")
    for one in blank["accepted"]:
        _answer(element, one["text"], one.get("weight", "1"), one.get("feedback", ""))


def _numeric(element, content: dict) -> None:
    for one in content["answers"]:
        _answer(element, one["value"], one.get("weight", "1"), one.get("feedback", ""))
        _text(element[-1], one.get("tolerance", "0"), "tolerance")


def _matching(element, content: dict) -> None:
    shown = {target["id"]: plain(target["html"]) for target in content["targets"]}
    used = {prompt["match"] for prompt in content["prompts"]}
    pairs = [(prompt["html"], shown[prompt["match"]]) for prompt in content["prompts"]]
    for left, right in [*pairs, *(("", text) for one, text in shown.items() if one not in used)]:
        _text(etree.SubElement(_html(element, "subquestion", left), "answer"), right)


def _ordering(element, content: dict) -> None:
    shown = {item["id"]: item["html"] for item in content["items"]}
    for one in content["order"]:
        _answer(element, shown[one], "1")


def _essay(element, content: dict) -> None:
    if content.get("reference"):
        _html(element, "graderinfo", content["reference"])


WRITERS: dict[str, tuple[str, Callable]] = {
    "single": ("multichoice", _choice), "multiple": ("multichoice", _choice), "true_false": ("truefalse", _true_false),
    "fill_in": ("shortanswer", _fill_in), "numeric": ("numerical", _numeric), "matching": ("matching", _matching),
    "ordering": ("ordering", _ordering), "short_answer": ("essay", _essay), "case": ("essay", _essay),
}  # fmt: skip
