"""Moodle XML in: the types Moodle shares with us; anything else is listed."""

import re
from collections.abc import Callable
from decimal import Decimal
from urllib.parse import unquote

from django.core.exceptions import ValidationError

from exams.bank.formats.cloze import read_cloze
from exams.bank.formats.extension import EXTENSION, unpacked
from exams.bank.formats.markup import PLUGIN_FILE, cleaned, escaped, picture, pixels, plain
from exams.bank.formats.reading import MAX_QUESTIONS, Draft, Reading, TooMuch, guarded, share, written
from exams.bank.formats.xml import children, descendants, first, local, streamed, text_at

UNDERSCORES = re.compile(r"_{3,}")
IMAGE_NAMES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
FEEDBACK = "feedback"
MOST_ANSWERS, MOST_FILES = 60, 40  # of one question
MOST_PIXELS, LEAST = 100_000_000, 50_000  # of one file; the least a picture costs, however small


@guarded
def read(data: bytes) -> Reading:
    _check_amount(data)
    elements, reading, category = streamed(data, "question"), Reading(), ""
    root = next(elements)
    if local(root) != "quiz":
        raise ValidationError("不是Moodle XML：根元素应为quiz。", code="root", params={"line": root.sourceline})
    for element in elements:
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


def _check_amount(data: bytes) -> None:
    """Before the first question is read and the first picture decoded, by what each says of its size."""
    room = MOST_PIXELS
    for number, element in enumerate(streamed(data, "question")):
        if number > MAX_QUESTIONS * 2:
            raise TooMuch(f"超过{MAX_QUESTIONS}题，请分成几个文件。")
        room -= sum(max(pixels(file.text or ""), LEAST) for file in descendants(element, "file"))
        if room < 0:
            raise TooMuch("图片过多或过大，请缩小图片，或分成几个文件。")


def _question(reading: Reading, element, kind: str, category: str) -> None:
    name = text_at(element, "name", "text")[:200]
    with reading.question(element.sourceline, kind):
        whole = text_at(element, EXTENSION)
        content = unpacked(whole) if whole else _content(Part(reading, element), kind)
        reading.add(Draft(content, element.sourceline, name=name, category=category))


def _content(part: "Part", kind: str) -> dict:
    stem = part.html(first(part.element, "questiontext"))
    content = {"stem": stem} | READERS[kind](part, stem)
    if general := part.html(first(part.element, "generalfeedback")):
        content[FEEDBACK] = general
    return content


class Part:
    """An element of a question, and the reading to which its pictures and losses are told."""

    def __init__(self, reading: Reading, element):
        self.reading, self.element = reading, element

    def html(self, element) -> str:
        return _html(self.reading, self.element, element)

    def answers(self, name: str = "answer") -> list:
        found = children(self.element, name)
        if len(found) > MOST_ANSWERS:
            raise ValidationError(f"一道题的答案不能超过{MOST_ANSWERS}个。", code="options")
        return found

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
    files, enclosed = {}, children(element, "file")
    if len(enclosed) > MOST_FILES:
        raise ValidationError(f"一道题的附件不能超过{MOST_FILES}个。", code="too_large")
    for file in enclosed:
        name = file.get("name", "")
        try:
            if not name.casefold().endswith(IMAGE_NAMES):
                raise ValidationError("不是图片", code="not_image")
            files[name] = picture(file.text or "")
        except ValidationError as refusal:
            reading.warn(question.sourceline, "file", f"附件“{name[:60]}”未导入：{' '.join(refusal.messages)}")
    body = text_at(element, "text")
    if any(".." in unquote(name) for name in PLUGIN_FILE.findall(body)):
        raise ValidationError("题目引用的图片路径不安全。", code="unsafe_name")
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
        tolerance = written(Decimal(text_at(answer, "tolerance") or "0"))
        answers.append(
            {"value": written(Decimal(value)), "tolerance": tolerance, "weight": part.fraction(answer)}
            | part.feedback(answer)
        )
    return {"type": "numeric", "answers": answers}


def _matching(part: Part, stem: str) -> dict:
    part.lost("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
    prompts, targets = [], {}
    for pair in part.answers("subquestion"):
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
