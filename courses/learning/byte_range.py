"""One byte range of a file, as players ask for it (RFC 9110, 14.2). Pure."""

import re

PATTERN = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class UnsatisfiableError(Exception):
    """A range outside the file: 416."""


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """(first, last) byte asked for; None where the whole file is meant (no range, several, or one that is no range)."""
    match = PATTERN.fullmatch(header.strip())
    if not match or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:
        begin, end = max(size - int(last), 0), size - 1
    else:
        begin, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and first and int(last) < int(first):
        return None
    if begin >= size or end < begin:
        raise UnsatisfiableError
    return begin, end
