import json

import pytest
from django.core.exceptions import ValidationError

from courses.learning.byte_range import UnsatisfiableError, byte_range
from courses.learning.message import read_span_message

KEY = "6f2c1f0e-7a55-4d0c-9c55-0f9a6a0a2f11"
GOOD = {
    "lease": KEY,
    "message": KEY,
    "position": 1,
    "spans": [[0, 12.5]],
    "rate": 1,
    "client_at": "2026-10-28T01:00:00Z",
}


def sent(text=None, **changed) -> bytes:
    return (text or json.dumps(GOOD | changed)).encode()


def test_what_a_player_sends():
    assert read_span_message(sent()).spans == [(0, 12_500)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"), (b"\xff", "not_json"), (b"[]", "fields"), (b"[" * 20_000, "not_json"),
        (b" " * 40_000, "too_long"), (sent(more=1), "fields"), (b"{}", "fields"),
        (sent('{"lease": 1, "lease": 2}'), "duplicate_key"),
        (sent(spans=[[0, float("nan")]]), "number"), (sent(spans=[[0, float("inf")]]), "number"),
        (sent(json.dumps(GOOD).replace("12.5", "1e999")), "number"),
        (sent(json.dumps(GOOD).replace("12.5", "9" * 5_000)), "number"),
        (sent(json.dumps(GOOD).replace("12.5", "9" * 11)), "range"),
        (sent(spans=[[0, True]]), "number"), (sent(spans=[["0", "1"]]), "number"), (sent(spans=[[0, -1]]), "range"),
        (sent(spans=[[2, 1]]), "backwards"), (sent(spans=[[0]]), "spans"), (sent(spans={}), "spans"),
        (sent(spans=[[0, 1]] * 201), "spans"), (sent(position=True), "number"), (sent(position=-1), "number"),
        (sent(position=1.0), "number"), (sent(rate=0), "rate"), (sent(rate=1000), "rate"), (sent(rate="1"), "rate"),
        (sent(lease="x" * 36), "key"), (sent(lease="\x00" * 36), "key"), (sent(lease=None), "key"),
        (sent(client_at="yesterday"), "moment"), (sent(client_at="2026-10-28T01:00:00"), "moment"),
        (sent(client_at="2026-99-28T01:00:00Z"), "moment"), (sent(client_at="\x00"), "moment"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_with_a_code(body, code):
    with pytest.raises(ValidationError) as refusal:
        read_span_message(body)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("header", "part"),
    [("bytes=0-", (0, 9)), ("bytes=2-4", (2, 4)), ("bytes=2-99", (2, 9)), ("bytes=-3", (7, 9)), ("bytes=-99", (0, 9)),
     ("", None), ("bytes=-", None), ("bytes=0-1,3-4", None), ("lines=0-1", None), ("bytes=4-2", None)],
)  # fmt: skip
def test_byte_ranges(header, part):
    assert byte_range(header, 10) == part


@pytest.mark.parametrize(("header", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0)])
def test_byte_ranges_outside(header, size):
    with pytest.raises(UnsatisfiableError):
        byte_range(header, size)
