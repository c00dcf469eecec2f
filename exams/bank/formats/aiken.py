"""Aiken: a stem, lettered options, and ANSWER. Plain text throughout: what looks like HTML is text."""

import re

from exams.bank.formats.markup import escaped
from exams.bank.formats.reading import Draft, Reading, guarded, lines_of, text_of

OPTION = re.compile(r"([A-Z])[.)]\s+(.+)")
ANSWER = re.compile(r"ANSWER\s*:\s*([A-Z])\s*", re.IGNORECASE)


@guarded
def read(data: bytes) -> Reading:
    reading, stem, options, begun = Reading(), [], {}, 1
    for number, line in lines_of(text_of(data)):
        text = line.strip()
        if found := ANSWER.fullmatch(text):
            _finish(reading, begun, stem, options, found[1].upper())
            stem, options = [], {}
        elif not text:
            continue
        elif (found := OPTION.fullmatch(text)) and stem:
            options[found[1]] = found[2]
        elif options:
            reading.fail(begun, "ANSWER", "缺少ANSWER一行。")
            stem, options, begun = [text], {}, number
        else:
            begun = begun if stem else number
            stem.append(text)
    if stem:
        reading.fail(begun, "ANSWER", "缺少ANSWER一行。")
    return reading


def _finish(reading: Reading, line: int, stem: list[str], options: dict[str, str], right: str) -> None:
    if right not in options:
        return reading.fail(line, "ANSWER", f"答案{right}不在选项中。")
    parts = [
        {"id": letter.lower(), "html": escaped(text), "weight": "1" if letter == right else "0"}
        for letter, text in options.items()
    ]
    reading.add(Draft({"type": "single", "stem": escaped("\n".join(stem)), "options": parts}, line))
    return None
