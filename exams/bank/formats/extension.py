"""What a format of others cannot say of a question, carried along in our own words and trusted no more than the rest."""

import json
import re
from typing import Any

from django.core.exceptions import ValidationError

from exams.bank.formats.markup import cleaned

EXTENSION = "contentextension"
MARKUP = {"stem", "html", "feedback", "feedback_true", "feedback_false", "feedback_wrong", "reference"}
LISTS = {"options", "prompts", "targets", "items", "blanks", "accepted", "answers", "parts", "rubric"}
DEEPEST, MOST = 8, 200
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def packed(content: dict) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def unpacked(text: str) -> dict:
    """The content, with everything that is HTML cleaned again. ValidationError for anything else."""
    try:
        found = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise _foreign() from None
    if not isinstance(found, dict) or not isinstance(found.get("stem"), str):
        raise _foreign()
    if UNSTORABLE.search(json.dumps(found, ensure_ascii=False)) or "\\u0000" in text:
        raise _foreign()
    return _washed(found, DEEPEST)


def _refused(name: str):
    raise ValueError(name)


def _foreign() -> ValidationError:
    return ValidationError("扩展内容不是系统导出的内容，请清空。", code="content")


def _washed(parts: dict, depth: int) -> dict:
    """Lists of dicts where a content has them, else texts, yes or no, and the order of an ordering question."""
    if not depth:
        raise _foreign()
    return {name: _value(name, one, depth) for name, one in parts.items()}


def _value(name: str, value: Any, depth: int) -> Any:
    if name in LISTS:
        return [_washed(one, depth - 1) for one in _list(value, dict)]
    if name == "order":
        return _list(value, str)
    if not isinstance(value, str | bool):
        raise _foreign()
    return cleaned(value) if name in MARKUP and isinstance(value, str) else value


def _list(value: Any, kind: type) -> list:
    if not isinstance(value, list) or len(value) > MOST or not all(isinstance(one, kind) for one in value):
        raise _foreign()
    return value
