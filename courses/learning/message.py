"""What a player may send. Anything else is refused with a code, before a row is read."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

MAX_BYTES, MAX_SPANS = 32_768, 200
MILLISECONDS, MAX_SECONDS, MAX_RATE = 1000, 1_000_000, 100


def _refuse(code: str) -> NoReturn:
    raise ValidationError("学习记录格式不对，没有接收。请刷新页面后再看。", code=code)


def _unique(pairs) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse("duplicate_key")
    return found


def _constant(text) -> NoReturn:
    _refuse("number")


def _integer(text: str) -> int:
    if len(text) > 12:
        _refuse("number")
    return int(text)


def read_json(body: bytes, fields: Mapping) -> dict:
    """The fields of an object, each through its own check; unknown, missing and doubled ones are refused."""
    if len(body) > MAX_BYTES:
        _refuse("too_long")
    try:
        found = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_constant, parse_int=_integer)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        _refuse("not_json")
    if not isinstance(found, dict) or found.keys() != fields.keys():
        _refuse("fields")
    return {name: check(found[name]) for name, check in fields.items()}


def seconds(value) -> int:
    """Media seconds as milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        _refuse("number")
    if not 0 <= value <= MAX_SECONDS:
        _refuse("range")
    return round(value * MILLISECONDS)


def spans(value) -> list[tuple[int, int]]:
    if not isinstance(value, list) or len(value) > MAX_SPANS:
        _refuse("spans")
    found = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            _refuse("spans")
        begin, end = (seconds(moment) for moment in pair)
        if end < begin:
            _refuse("backwards")
        found.append((begin, end))
    return found


def number(value) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        _refuse("number")
    return value


def rate(value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MAX_RATE:
        _refuse("rate")
    return value


def key(value) -> UUID:
    if not isinstance(value, str) or len(value) != 36:
        _refuse("key")
    try:
        return UUID(value)
    except ValueError:
        _refuse("key")


def moment(value):
    """The phone's own clock: a hint for whoever reviews, never evidence."""
    try:
        found = parse_datetime(value) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 < found.year < 9999:
        _refuse("moment")
    return found


def flag(value) -> bool:
    if not isinstance(value, bool):
        _refuse("flag")
    return value


@dataclass(frozen=True)
class SpanMessage:
    lease: UUID
    message: UUID
    position: int
    spans: list[tuple[int, int]]
    rate: float
    client_at: datetime


SPAN_FIELDS = {
    "lease": key, "message": key, "position": number, "spans": spans, "rate": rate, "client_at": moment,
}  # fmt: skip
LEASE_FIELDS = {"progress": number, "position": number, "tab": key, "take": flag}
ANSWER_FIELDS = {"progress": number, "position": number, "question": number, "chosen": number}


def read_span_message(body: bytes) -> SpanMessage:
    return SpanMessage(**read_json(body, SPAN_FIELDS))
