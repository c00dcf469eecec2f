"""Files of questions: which reader a file wants, by what is in it rather than by what it is called."""

import re
from collections.abc import Callable
from types import MappingProxyType

from exams.bank.formats import aiken, excel, gift, moodle, qti
from exams.bank.formats.reading import Draft, Note, Reading

READERS: MappingProxyType[str, Callable[[bytes], Reading]] = MappingProxyType(
    {"xlsx": excel.read, "gift": gift.read, "aiken": aiken.read, "moodlexml": moodle.read, "qti": qti.read}
)
ANSWER = re.compile(rb"(?:^|[\r\n])[ \t]*ANSWER:", re.IGNORECASE)
__all__ = ["READERS", "Draft", "Note", "Reading", "detected"]


def detected(data: bytes, filename: str = "") -> str:
    """The format of a file; a text without ANSWER lines is taken for GIFT."""
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        return "xlsx" if b"xl/" in data or filename.casefold().endswith(".xlsx") else "qti"
    if start.startswith(b"<"):
        return "moodlexml" if b"<quiz" in data[:65_536] else "qti"
    if data.startswith(b"\xd0\xcf\x11\xe0") or filename.casefold().endswith((".xls", ".xlsx", ".et")):
        return "xlsx"
    return "aiken" if b"{" not in data and ANSWER.search(data) else "gift"
