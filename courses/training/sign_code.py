"""The code on the classroom screen: of one session and one stretch of seconds, and worth nothing without this server."""

import re
from base64 import b32encode
from collections.abc import Iterable
from datetime import UTC, datetime

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

SALT, NONCE = "courses.training.sign_code", "courses.training.sign_nonce"
LONG, SHORT = 16, 8  # characters of 5 bits: what the QR carries, and what somebody types
TYPED = str.maketrans("018", "OIB")  # digits that base32 has not, for the letters they are taken for


def window_of(at: datetime, seconds: int) -> int:
    return int(at.timestamp()) // seconds


def begin_of(window: int, seconds: int) -> datetime:
    return datetime.fromtimestamp(window * seconds, UTC)


def code_of(session: int, window: int) -> str:
    digest = salted_hmac(SALT, f"{session}:{window}", algorithm="sha256").digest()
    return b32encode(digest).decode()[:LONG]


def typed_code(session: int, window: int) -> str:
    return code_of(session, window)[:SHORT]


def cleaned(code: str) -> str:
    """As the screen shows it, whatever was typed: capitals, without gaps."""
    return re.sub(r"[\s\-－]", "", code).upper().translate(TYPED)


def find_window(session: int, code: str, windows: Iterable[int]) -> int | None:
    """Which of the windows a code, long or typed, is of."""
    if len(code) not in (LONG, SHORT):
        return None
    matches = (at for at in windows if constant_time_compare(code_of(session, at)[: len(code)], code))
    return next(matches, None)


def make_nonce(officer: int, session: int, at: datetime) -> str:
    """Proof that an officer had this session's page open, online, before he scanned without a network."""
    return signing.dumps([officer, session, int(at.timestamp())], salt=NONCE)


def read_nonce(text: str) -> tuple[int, int, datetime] | None:
    try:
        officer, session, at = signing.loads(text, salt=NONCE)
    except (signing.BadSignature, ValueError):
        return None
    return officer, session, datetime.fromtimestamp(at, UTC)
