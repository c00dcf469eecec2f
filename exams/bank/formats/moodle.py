"""Moodle XML in: the types Moodle shares with us; anything else is listed."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from exams.bank.formats.cloze import read_cloze
from exams.bank.formats.extension import EXTENSION, unpacked
from exams.bank.formats.markup import cleaned, escaped, picture, plain
from exams.bank.formats.reading import Draft, Reading, guarded, share
from exams.bank.formats.xml import children, first, local, parsed, text_at

UNDERSCORES = re.compile(r"_{3,}")
IMAGE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
FEEDBACK = "feedback"


@guarded
def read(data: bytes) -> Reading:
    root, reading, category = parsed(data), Reading(), ""
    if local(root) != "quiz":
        raise ValidationError("不是Moodle XML：根元素应为quiz。", code="root", params={"line": root.sourceline})
    for element in children(root, "question"):
        kind = element.get("type", "")
        if kind == "category":
            category = text_at(element, "category", "text").removeprefix("$course$/")[:200]
        elif kind == "description":
            reading.warn(element.sourceline, kind, "说明文字不是试题，未导入。")
        elif kind in READERS:
            _question(reading, element, kind, category)
        else:
            reading.skip(element.sourceline, kind, f"不支持的题型“{kind[:40]}”，未导入。")
    return reading


def _question(reading: Reading, element, kind: str, category: str) -> None:
    name = text_at(element, "name", "text")[:200]
    try:
        if whole := text_at(element, EXTENSION):
            return reading.add(Draft(unpacked(whole), element.sourceline, name=name, category=category))
        stem = _html(reading, element, first(element, "questiontext"))
        content = {"stem": stem} | READERS[kind](Part(reading, element), stem)
    except ValidationError as refusal:
        return reading.fail(element.sourceline, kind, " ".join(refusal.messages))
    except InvalidOperation:
        return reading.fail(element.sourceline, kind, "分值或数值不是数字。")
    if general := _html(reading, element, first(element, "generalfeedback")):
        content[FEEDBACK] = general
    return reading.add(Draft(content, element.sourceline, name=name, category=category))


class Part:
    """An element of a question, and the reading to which its pictures and losses are told."""

    def __init__(self, reading: Reading, element):
        self.reading, self.element = reading, element

    def html(self, element) -> str:
        return _html(self.reading, self.element, element)

    def answers(self) -> list:
        return children(self.element, "answer")

    def fraction(self, answer) -> str:
        return share(Decimal(answer.get("fraction", "0")))

    def feedback(self, answer) -> dict:
        text = self.html(first(answer, FEEDBACK))
        return {FEEDBACK: text} if text else {}

    def lost(self, *names: str) -> None:
        """Say which texts of the file have no place with us."""
        for name in names:
            if text_at(self.element, name, "text"):
                self.reading.warn(self.element.sourceline, name, "按得分给出的反馈没有对应，未导入。")


def _html(reading: Reading, question, element) -> str:
    if element is None:
        return ""
    files = {}
    for file in children(element, "file"):
        name = file.get("name", "")
        try:
            if not name.casefold().endswith(IMAGE_NAMES):
                raise ValidationError("不是图片", code="not_image")
            files[name] = picture(file.text or "")
        except ValidationError as refusal:
            reading.warn(question.sourceline, "file", f"附件“{name[:60]}”未导入：{' '.join(refusal.messages)}")
    body = text_at(element, "text")
    return escaped(body) if element.get("format") == "plain_text" else cleaned(body, files)


def _choice(part: Part, stem: str) -> dict:
    part.lost("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    is_single = text_at(part.element, "single").casefold() in {"true", "1"}
    options = [
        {"id": chr(ord("a") + place % 26), "html": part.html(answer), "weight": part.fraction(answer)}
        | part.feedback(answer)
        for place, answer in enumerate(part.answers())
    ]
    return {"type": "single" if is_single else "multiple", "options": options}


def _true_false(part: Part, stem: str) -> dict:
    content: dict = {"type": "true_false"}
    for answer in part.answers():
        value = text_at(answer, "text").casefold()
        if value not in {"true", "false"}:
            raise ValidationError("判断题的答案应为true或false。", code="key")
        if Decimal(answer.get("fraction", "0")) > 0:
            content["answer"] = value == "true"
        if feedback := part.html(first(answer, FEEDBACK)):
            content[f"feedback_{value}"] = feedback
    return content


def _fill_in(part: Part, stem: str) -> dict:
    accepted = [
        {"text": text_at(answer, "text"), "weight": part.fraction(answer)} | part.feedback(answer)
        for answer in part.answers()
    ]
    blank: dict = {"id": "1", "accepted": accepted}
    if text_at(part.element, "usecase") == "1":
        blank["is_case_sensitive"] = True
    placed = UNDERSCORES.sub("{{1}}", stem, count=1)
    return {"type": "fill_in", "stem": placed if placed != stem else f"{stem} {{{{1}}}}", "blanks": [blank]}


def _numeric(part: Part, stem: str) -> dict:
    answers = []
    for answer in part.answers():
        value = text_at(answer, "text")
        if value == "*":
            part.reading.warn(answer.sourceline, "answer", "“*”（其他任何数）没有对应，未导入。")
            continue
        tolerance = format(Decimal(text_at(answer, "tolerance") or "0"), "f")
        answers.append(
            {"value": format(Decimal(value), "f"), "tolerance": tolerance, "weight": part.fraction(answer)}
            | part.feedback(answer)
        )
    return {"type": "numeric", "answers": answers}


def _matching(part: Part, stem: str) -> dict:
    part.lost("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    prompts, targets = [], {}
    for pair in children(part.element, "subquestion"):
        right = escaped(text_at(pair, "answer", "text"))
        target = targets.setdefault(right, f"t{len(targets) + 1}")
        left = part.html(pair)
        if plain(left) or "<img" in left:
            prompts.append({"id": f"p{len(prompts) + 1}", "html": left, "match": target})
    return {
        "type": "matching",
        "prompts": prompts,
        "targets": [{"id": one, "html": text} for text, one in targets.items()],
    }


def _ordering(part: Part, stem: str) -> dict:
    items = [{"id": f"i{place}", "html": part.html(answer)} for place, answer in enumerate(part.answers(), start=1)]
    return {"type": "ordering", "items": items, "order": [item["id"] for item in items]}


def _essay(part: Part, stem: str) -> dict:
    reference = part.html(first(part.element, "graderinfo"))
    return {"type": "short_answer"} | ({"reference": reference} if reference else {})


def _cloze(part: Part, stem: str) -> dict:
    return read_cloze(stem)


READERS: dict[str, Callable[[Part, str], dict]] = {
    "multichoice": _choice, "truefalse": _true_false, "shortanswer": _fill_in, "numerical": _numeric,
    "matching": _matching, "match": _matching, "ordering": _ordering, "essay": _essay, "cloze": _cloze,
    "multianswer": _cloze,
}  # fmt: skip
