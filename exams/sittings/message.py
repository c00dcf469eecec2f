"""What a device may send with its answers; anything else is refused with a code, before a row is read."""

import json
from functools import lru_cache
from typing import NoReturn

from django.core.exceptions import ValidationError

from exams.bank.types import of
from exams.sittings.models import PaperSheet

MAX_BYTES, MAX_ANSWERS, MOST = 262_144, 200, 2**31 - 1
FIELDS = {"slot", "rev", "answer"}
SIGNALS, MAX_SIGNALS, MAX_SECONDS = {"AWAY", "RESIZED", "PASTED"}, 50, 86_400


def _refuse(code: str) -> NoReturn:
    raise ValidationError("作答的格式不对，没有接收。请刷新页面，已写的答案仍在本机。", code=code)


def _unique(pairs) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse("duplicate_key")
    return found


def _number(_text):
    # No answer holds a fraction: numbers are sent as they were typed.
    _refuse("number")


def _integer(text: str) -> int:
    if len(text) > 10:
        _refuse("number")
    return int(text)


def read_answers(body: bytes, paper: int) -> list[tuple[int, int, str]]:
    """(slot, revision, canonical JSON) of each answer, each of which this paper's questions allow.

    ValidationError "tampered" or "too_long" for what no page of ours sends, "too_much" for a body beyond all measure.
    """
    found = _read(body, "answers", MAX_ANSWERS)
    if not found:
        _refuse("fields")
    shapes = shapes_of(paper)
    return [_answer(one, shapes) for one in found]


def _read(body: bytes, name: str, most: int) -> list:
    """The one list a message consists of."""
    if len(body) > MAX_BYTES:
        _refuse("too_much")
    try:
        found = json.loads(
            body.decode(), object_pairs_hook=_unique, parse_constant=_number, parse_float=_number, parse_int=_integer
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        _refuse("not_json")
    if not isinstance(found, dict) or found.keys() != {name} or not isinstance(found[name], list):
        _refuse("fields")
    if len(found[name]) > most:
        _refuse("fields")
    return found[name]


def _answer(one, shapes: dict) -> tuple[int, int, str]:
    if not isinstance(one, dict) or one.keys() != FIELDS:
        _refuse("fields")
    slot, rev, answer = one["slot"], one["rev"], one["answer"]
    if type(slot) is not int or type(rev) is not int or not 0 < rev <= MOST:
        _refuse("number")
    return slot, rev, checked(slot, answer, shapes)


def checked(slot: int, answer, shapes: dict) -> str:
    """The canonical JSON of an answer, or of None where it was taken back."""
    if str(slot) not in shapes:
        raise ValidationError("试卷里没有这道题。", code="tampered")
    if answer is not None:
        question = shapes[str(slot)]
        of(question).check_answer(question, answer)
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if "\\u0000" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        _refuse("characters")
    return text


@lru_cache(maxsize=2048)
def shapes_of(paper: int) -> dict:
    """A frozen paper's questions without their words. Papers never change, so this is kept."""
    return PaperSheet.objects.values_list("shapes", flat=True).get(pk=paper)


def read_signals(body: bytes) -> list[tuple[str, int, int | None]]:
    """(kind, seconds, slot) of what a device noticed; nothing at all is the usual case."""
    if not body:
        return []
    found = _read(body, "signals", MAX_SIGNALS)
    return [_signal(one) for one in found]


def _signal(one) -> tuple[str, int, int | None]:
    if not isinstance(one, dict) or one.keys() != {"kind", "seconds", "slot"} or one["kind"] not in SIGNALS:
        _refuse("fields")
    seconds, slot = one["seconds"], one["slot"]
    if type(seconds) is not int or not 0 <= seconds <= MAX_SECONDS:
        _refuse("number")
    if slot is not None and (type(slot) is not int or not 0 < slot < 2**15):
        _refuse("number")
    return one["kind"], seconds, slot
