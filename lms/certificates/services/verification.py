"""What anybody may learn about a certificate, and how often anybody may ask."""

import re
from hmac import compare_digest

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from lms.audit.services import lock_stream
from lms.certificates.models import Certificate

CODE = re.compile(r"[A-Z2-7]{26}")
NOBODYS = "0" * 26  # no code has a nought: looked up all the same, so that a malformed code costs what a wrong one does
MINUTE = 60


class TooMany(Exception):  # noqa: N818 - an answer, not a fault
    """This address, or everybody together, has asked too often within a minute."""


def find_by_code(code: str) -> Certificate | None:
    code = code.strip().upper()
    return _find(code=code if CODE.fullmatch(code) else NOBODYS)


def find_by_number(number: str, name: str) -> Certificate | None:
    """Both must be known: numbers run on and can be guessed."""
    found = _find(number=number.strip()[:40])
    holder = found.snapshot["name"] if found else ""
    is_holder = compare_digest(holder.encode(), name.strip()[:50].encode())
    return found if found and is_holder else None


def _find(**which) -> Certificate | None:
    return Certificate.objects.select_related("document", "design").filter(**which).first()


def masked(name: str) -> str:
    """张*: the first character; how many follow is told up to two."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def count_question(address: str) -> None:
    """Raises TooMany. Counters are exact per address; the common one may lag by a few."""
    with transaction.atomic():
        lock_stream(f"verify:{address}")
        if _next(f"verify:{address}") > settings.VERIFY_PER_ADDRESS:
            raise TooMany
    if _next("verify:everybody") > settings.VERIFY_TOGETHER:
        raise TooMany


def _next(key: str) -> int:
    return 1 if cache.add(key, 1, MINUTE) else cache.incr(key)
