"""GIFT: one pass over the text cuts it into questions, a second reads what stands between the braces."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError

from exams.bank.formats.markup import cleaned, escaped, plain
from exams.bank.formats.reading import Draft, Reading, guarded, lines_of, share, text_of, written

ESCAPED = {char: chr(0xE000 + place) for place, char in enumerate('~=#{}:\\"n')}  # private use while reading
PRIVATE = re.compile("[\ue000-\ue008]")
FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
NAME = re.compile(r"::(.*?)::", re.DOTALL)
WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
TRUE, FALSE = {"T", "TRUE"}, {"F", "FALSE"}
BLANK = "{{1}}"
MOST_CHARACTERS, MOST_ANSWERS = 200_000, 60  # of one question
ENDINGS = set(".。?？!！,，;；…")


@dataclass
class Answer:
    """`is_right` by its sign; `weight` in per cent where one is written."""

    text: str
    is_right: bool
    weight: Decimal | None
    feedback: str


@guarded
def read(data: bytes) -> Reading:
    reading, category = Reading(), ""
    text = text_of(data)
    if PRIVATE.search(text):
        raise ValidationError("文件含有私用区字符。", code="private_use")
    for line, block in _blocks(_hidden(text)):
        named, body = _category(block)
        category = category if named is None else named
        if body.strip():
            _question(reading, line, body, category)
    return reading


def _category(block: str) -> tuple[str | None, str]:
    if not block.startswith("$CATEGORY:"):
        return None, block
    first, _, rest = block.removeprefix("$CATEGORY:").partition("\n")
    return _shown(first.strip())[:200], rest


def _hidden(text: str) -> str:
    return re.sub(r"\\([~=#{}:\\\"n])", lambda found: ESCAPED[found[1]], text)


def _shown(text: str) -> str:
    for char, hidden in ESCAPED.items():
        text = text.replace(hidden, "\n" if char == "n" else char)
    return text


def _blocks(text: str):
    """(first line, text) between blank lines, without comments; blank lines inside braces do not count."""
    found, begun, depth = [], 1, 0
    for number, line in lines_of(text):
        bare = line.lstrip()
        if not bare and not depth:
            if found:
                yield begun, "\n".join(found)
                found = []
            continue
        if bare.startswith("//"):
            continue
        begun = begun if found else number
        depth = max(depth + line.count("{") - line.count("}"), 0)
        found.append(line)
    if found:
        yield begun, "\n".join(found)


def _question(reading: Reading, line: int, block: str, category: str) -> None:
    if len(block) > MOST_CHARACTERS:
        return reading.fail(line, "题干", "一道题过长，可能少了右括号或空行。", "too_long")
    name, block = _name(block.strip())
    start, end = block.find("{"), block.rfind("}")
    if start < 0:
        return reading.warn(line, "说明", f"没有答案的说明文字，未导入：{_shown(block)[:40]}")
    if end < start:
        return reading.fail(line, "答案", "大括号没有闭合。", "braces")
    if "{" in block[start + 1 : end]:
        return reading.fail(line, "答案", "大括号嵌套，或少了一个右括号。", "braces")
    after = block[end + 1 :].strip()
    if _is_scrap(after):
        reading.warn(line, "答案之后", f"答案之后的多余字符已忽略：{_shown(after)[:20]}")
        after = ""
    with reading.question(line, "答案"):
        stem = _markup(block[:start]), _markup(after) if after else ""
        reading.add(Draft(_content(stem, block[start + 1 : end]), line, name=name, category=category))
    return None


def _name(block: str) -> tuple[str, str]:
    found = NAME.match(block)
    return (_shown(found[1]).strip()[:200], block[found.end() :].strip()) if found else ("", block)


def _is_scrap(after: str) -> bool:
    """What stands behind the answers is neither words nor the full stop of a sentence with a blank in it."""
    has_words = re.search(r"\w", after.replace(ESCAPED["n"], ""))
    return bool(after) and not has_words and after not in ENDINGS


def _markup(text: str) -> str:
    """GIFT's own format marks; Moodle's auto-format lets HTML through, plain text does not."""
    found = FORMAT.match(text)
    kind, body = (found[1].lower(), text[found.end() :]) if found else ("moodle", text)
    body = _shown(body).strip()
    if kind == "plain" or not re.search(r"<[a-z/]", body, re.IGNORECASE):
        return escaped(body)
    return cleaned(body)


def _content(stem: tuple[str, str], body: str) -> dict:
    before, after = stem
    whole = f"{before} {after}".strip()
    general, body = _general(body)
    extra = {"feedback": general} if general else {}
    head = body.strip().partition("#")[0].strip().upper()
    if not body.strip():
        return {"type": "short_answer", "stem": whole} | extra
    if head in TRUE | FALSE:
        return {"type": "true_false", "stem": whole, "answer": head in TRUE} | _true_false(body, head in TRUE) | extra
    if body.lstrip().startswith("#"):
        return {"type": "numeric", "stem": whole} | _numeric(body.lstrip()[1:]) | extra
    answers = _answers(body)
    if any("->" in answer.text for answer in answers):
        return {"type": "matching", "stem": whole} | _pairs(answers) | extra
    if all(answer.is_right for answer in answers):
        blank = f"{before} {BLANK} {after}".strip() if after else f"{before} {BLANK}"
        return {"type": "fill_in", "stem": blank, "blanks": [{"id": "1", "accepted": _accepted(answers)}]} | extra
    return {"stem": f"{before} ____ {after}" if after else before} | _choice(answers) | extra


def _general(body: str) -> tuple[str, str]:
    body, _, general = body.partition("####")
    return (_markup(general) if general.strip() else ""), body


def _true_false(body: str, answer: bool) -> dict:
    """The first feedback is for whoever answers wrong, the second for whoever answers right."""
    texts = [_markup(text) for text in body.split("#")[1:3]]
    names = ["feedback_false", "feedback_true"] if answer else ["feedback_true", "feedback_false"]
    return {name: text for name, text in zip(names, texts, strict=False) if text}


def _answers(body: str) -> list[Answer]:
    if body.count("=") + body.count("~") > MOST_ANSWERS:
        raise ValidationError(f"一道题的答案不能超过{MOST_ANSWERS}个。", code="options")
    found = [_answer(sign, text) for sign, text in re.findall(r"([=~])([^=~]*)", body)]
    if not found:
        raise ValidationError("大括号里没有答案。", code="key")
    return found


def _answer(sign: str, body: str) -> Answer:
    text, _, feedback = body.partition("#")
    percent = None
    if weight := WEIGHT.match(text.strip()):
        percent, text = Decimal(weight[1]), text.strip()[weight.end() :]
    if percent is not None and abs(percent) > 100:
        raise ValidationError("权重应在-100%至100%之间。", code="weight")
    return Answer(text, sign == "=", percent, _markup(feedback) if feedback.strip() else "")


def _part(answer: Answer, place: int) -> dict:
    percent = answer.weight if answer.weight is not None else Decimal(100 if answer.is_right else 0)
    part = {"id": chr(ord("a") + place % 26), "html": _markup(answer.text), "weight": share(percent)}
    return part | ({"feedback": answer.feedback} if answer.feedback else {})


def _choice(answers: list[Answer]) -> dict:
    """One right answer marked by `=` makes it single; weights on wrong ones alone make it multiple."""
    kind = "single" if any(answer.is_right for answer in answers) else "multiple"
    return {"type": kind, "options": [_part(answer, place) for place, answer in enumerate(answers)]}


def _accepted(answers: list[Answer]) -> list[dict]:
    accepted = []
    for answer in answers:
        percent = answer.weight if answer.weight is not None else Decimal(100)
        one = {"text": plain(_markup(answer.text)), "weight": share(percent)}
        accepted.append(one | ({"feedback": answer.feedback} if answer.feedback else {}))
    return accepted


def _pairs(answers: list[Answer]) -> dict:
    prompts, targets = [], {}
    for answer in answers:
        left, arrow, right = answer.text.partition("->")
        if not arrow or not answer.is_right:
            raise ValidationError("匹配题的每一行都要写成“=左->右”。", code="key")
        shown = _markup(right)
        target = targets.setdefault(shown, f"t{len(targets) + 1}")
        if plain(_markup(left)):
            prompts.append({"id": f"p{len(prompts) + 1}", "html": _markup(left), "match": target})
    return {"prompts": prompts, "targets": [{"id": one, "html": text} for text, one in targets.items()]}


def _numeric(body: str) -> dict:
    """The answers, and what is said to all others ("~#…")."""
    right, _, wrong = body.partition("~")
    feedback = _markup(wrong.partition("#")[2]) if "#" in wrong else ""
    return {"answers": _numbers(right)} | ({"feedback_wrong": feedback} if feedback else {})


def _numbers(body: str) -> list[dict]:
    if body.count("=") > MOST_ANSWERS:
        raise ValidationError(f"一道题的答案不能超过{MOST_ANSWERS}个。", code="options")
    parts = re.findall(r"=([^=]*)", body) if body.lstrip().startswith("=") else [body]
    return [_number(part) for part in parts]


def _number(text: str) -> dict:
    text, _, feedback = text.partition("#")
    weight = WEIGHT.match(text.strip())
    text = text.strip()[weight.end() :].strip() if weight else text.strip()
    try:
        value, tolerance = _range(text)
    except InvalidOperation:
        raise ValidationError(f"“{_shown(text)[:20]}”不是数值或区间。", code="number") from None
    found = {
        "value": written(value),
        "tolerance": written(tolerance),
        "weight": share(Decimal(weight[1])) if weight else "1",
    }
    return found | ({"feedback": _markup(feedback)} if feedback.strip() else {})


def _range(text: str) -> tuple[Decimal, Decimal]:
    if ".." in text:
        low, high = (Decimal(part.strip()) for part in text.split("..", 1))
        return (low + high) / 2, abs(high - low) / 2
    value, _, tolerance = _shown(text).partition(":")
    return Decimal(value.strip()), Decimal(tolerance.strip() or "0")
