"""What a player may send. Anything else is refused with a code, before a row is read."""

import math
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

from lms.kit.message import flag, number, read_json, refuse

MAX_SPANS = 200
MILLISECONDS, MAX_SECONDS, MAX_RATE = 1000, 1_000_000, 100


def seconds(value) -> int:
    """Media seconds as milliseconds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        refuse("number")
    if not 0 <= value <= MAX_SECONDS:
        refuse("range")
    return round(value * MILLISECONDS)


def spans(value) -> list[tuple[int, int]]:
    if not isinstance(value, list) or len(value) > MAX_SPANS:
        refuse("spans")
    found = []
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2:
            refuse("spans")
        begin, end = (seconds(moment) for moment in pair)
        if end < begin:
            refuse("backwards")
        found.append((begin, end))
    return found


def rate(value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= MAX_RATE:
        refuse("rate")
    return value


def key(value) -> UUID:
    if not isinstance(value, str) or len(value) != 36:
        refuse("key")
    try:
        return UUID(value)
    except ValueError:
        refuse("key")


def moment(value):
    """The phone's own clock: a hint for whoever reviews, never evidence."""
    try:
        found = parse_datetime(value) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1970 < found.year < 9999:
        refuse("moment")
    return found


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
