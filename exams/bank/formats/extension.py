"""What a format of others cannot say of a question, carried along in our own words and trusted no more than the rest."""

import json
from typing import Any

from django.core.exceptions import ValidationError

from exams.bank.formats.markup import cleaned

EXTENSION = "contentextension"
MARKUP = {"stem", "html", "feedback", "feedback_true", "feedback_false", "feedback_wrong", "reference"}
DEEPEST = 8


def packed(content: dict) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def unpacked(text: str) -> dict:
    """The content, with everything that is HTML cleaned again. ValidationError for anything else."""
    try:
        found = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise ValidationError("扩展内容不是系统导出的内容，请清空。", code="content") from None
    if not isinstance(found, dict) or not isinstance(found.get("stem"), str):
        raise ValidationError("扩展内容不是系统导出的内容，请清空。", code="content")
    return _washed(found, DEEPEST)


def _refused(name: str):
    raise ValueError(name)


def _washed(value: Any, depth: int) -> Any:
    if not depth or isinstance(value, float):
        raise ValidationError("扩展内容不是系统导出的内容，请清空。", code="content")
    if isinstance(value, dict):
        return {
            name: cleaned(one) if name in MARKUP and isinstance(one, str) else _washed(one, depth - 1)
            for name, one in value.items()
        }
    return [_washed(one, depth - 1) for one in value] if isinstance(value, list) else value
