"""What anybody may learn about a certificate, and how often anybody may ask."""

import re
from hmac import compare_digest

from django.conf import settings
from django.db import connection
from django.utils import timezone

from lms.certificates import answers
from lms.certificates.answers import Answer
from lms.certificates.models import Certificate, Questioner

CODE = re.compile(r"[A-Z2-7]{26}")
NOBODYS = "0" * 26  # no code has a nought: looked up all the same, so that a malformed code costs what a wrong one does
COUNT = """
    INSERT INTO certificates_questioner AS kept (key, asked, until)
    VALUES (%s, 1, clock_timestamp() + interval '1 minute')
    ON CONFLICT (key) DO UPDATE SET
        asked = CASE WHEN kept.until > clock_timestamp() THEN kept.asked + 1 ELSE 1 END,
        until = CASE WHEN kept.until > clock_timestamp() THEN kept.until ELSE EXCLUDED.until END
    RETURNING asked"""


class TooMany(Exception):  # noqa: N818 - an answer, not a fault
    """This address, or everybody together, has asked too often within a minute."""


def find_by_code(code: str) -> Certificate | Answer | None:
    code = code.strip().upper()
    code = code if CODE.fullmatch(code) else NOBODYS
    found, kept_above = _find(code=code), answers.by_code(code)
    return found or kept_above


def find_by_number(number: str, name: str) -> Certificate | Answer | None:
    """Both must be known: numbers run on and can be guessed."""
    number, name = number.strip()[:40], name.strip()[:50]
    found, kept_above = _find(number=number), answers.by_number(number, name)
    holder = found.snapshot["name"] if found else ""
    return found if found and same_name(holder, name) else kept_above


def same_name(holder: str, name: str) -> bool:
    return compare_digest(holder.encode(), name.encode())


def _find(**which) -> Certificate | None:
    return Certificate.objects.select_related("document", "design").filter(**which).first()


def masked(name: str) -> str:
    """张*: the first character; how many follow is told up to two."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 2)


def count_question(address: str) -> None:
    """Raises TooMany. Whoever has had his own share takes nothing of everybody's."""
    if _asked(f"address:{address}"[:64]) > settings.VERIFY_PER_ADDRESS:
        raise TooMany
    if _asked("everybody") > settings.VERIFY_TOGETHER:
        raise TooMany


def _asked(key: str) -> int:
    """One more, counted in one statement: two who ask at once never count as one."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [key])
        return cursor.fetchone()[0]


def forget_questions() -> int:
    """Drop addresses whose minute is over."""
    return Questioner.objects.filter(until__lt=timezone.now()).delete()[0]
