"""JSON from scripts of our own pages: exactly the fields agreed on, each through its check, refused with a code."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from django.core.exceptions import ValidationError

MAX_BYTES, MAX_DIGITS, MAX_TEXT = 32_768, 12, 2_000


def refuse(code: str) -> NoReturn:
    raise ValidationError("页面发来的内容格式不对，没有接收。请刷新页面后再试。", code=code)


def _unique(pairs) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        refuse("duplicate_key")
    return found


def _constant(text) -> NoReturn:
    refuse("number")


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        refuse("number")
    return int(text)


def read_json(body: bytes, fields: Mapping[str, Callable[[Any], Any]], *, longest: int = MAX_BYTES) -> dict:
    """The fields of an object, each through its own check; unknown, missing and doubled ones are refused."""
    if len(body) > longest:
        refuse("too_long")
    try:
        found = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        refuse("not_json")
    if not isinstance(found, dict) or found.keys() != fields.keys():
        refuse("fields")
    return {name: check(found[name]) for name, check in fields.items()}


def number(value) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        refuse("number")
    return value


def flag(value) -> bool:
    if not isinstance(value, bool):
        refuse("flag")
    return value


def text(value) -> str:
    """What a column takes: neither a NUL nor half of a character."""
    if (
        not isinstance(value, str)
        or len(value) > MAX_TEXT
        or any(ch == "\0" or "\ud800" <= ch <= "\udfff" for ch in value)
    ):
        refuse("text")
    return value
