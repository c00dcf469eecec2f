"""What the marking desk sends: exactly these fields, each through its check."""

import re

from lms.kit.message import number, read_json, refuse, text

CODE, KEY, POINTS = (
    re.compile(r"[A-Z][0-9]-[A-Z0-9]{4}"),
    re.compile(r"\d{1,2}\.\d{1,2}"),
    re.compile(r"\d{1,4}(\.\d{1,2})?"),
)
MOST_LINES = 200


def code(value) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        refuse("code")
    return value


def points(value) -> dict[str, str]:
    """{line: points}; a line left empty is missing, not nothing."""
    if not isinstance(value, dict) or len(value) > MOST_LINES:
        refuse("points")
    for key, one in value.items():
        if not KEY.fullmatch(key) or not isinstance(one, str) or not POINTS.fullmatch(one):
            refuse("points")
    return value


def read_mark(body: bytes) -> dict:
    return read_json(body, {"code": code, "points": points, "comment": text, "version": number})


def read_code(body: bytes) -> dict:
    return read_json(body, {"code": code})


def read_flag(body: bytes) -> dict:
    return read_json(body, {"code": code, "note": text})
