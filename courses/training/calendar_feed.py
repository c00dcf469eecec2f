"""课表 as an iCalendar text (RFC 5545), and the secret address it is read from."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.core.signing import BadSignature, Signer

from courses.training.models import CalendarFeed, ClassSession, TrainingClass

SIGNER = Signer(salt="training.calendar")
LINE_BYTES = 75
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


def token_of(feed: CalendarFeed) -> str:
    """The key is signed, so that whoever reads the table still knows no address."""
    return SIGNER.sign(feed.key.hex).replace(":", "-", 1)


def key_in(token: str) -> str | None:
    try:
        return SIGNER.unsign(token.replace("-", ":", 1))
    except BadSignature:
        return None


def write_calendar(sessions: Iterable[ClassSession]) -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//chengguan-xuetang//training//ZH", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:城管学堂课表", "X-WR-TIMEZONE:Asia/Shanghai",
    ]  # fmt: skip
    for session in sessions:
        lines += event_lines(session)
    lines.append("END:VCALENDAR")
    return "".join(f"{fold(line)}\r\n" for line in lines).encode()


def event_lines(session: ClassSession) -> list[str]:
    training_class = session.training_class
    # A class is cancelled once and for good: one more than any number its sessions have had.
    with_class = training_class.state == TrainingClass.State.CANCELLED
    is_off = session.is_cancelled or with_class
    place = f"{session.venue.name} {session.venue.address}".strip() if session.venue else ""
    return [
        "BEGIN:VEVENT",
        f"UID:class-session-{session.pk}@chengguan-xuetang",
        f"SEQUENCE:{session.revision + with_class}",
        f"DTSTAMP:{moment(session.revised_at)}",
        f"LAST-MODIFIED:{moment(session.revised_at)}",
        f"DTSTART:{moment(session.during.lower)}",
        f"DTEND:{moment(session.during.upper)}",
        f"SUMMARY:{escaped(session.title)}（{escaped(training_class.title)}）",
        *([f"LOCATION:{escaped(place)}"] if place else []),
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    return text.translate(ESCAPED)


def fold(line: str) -> str:
    """No line over 75 bytes, and no character cut in two."""
    parts, width = [""], 0
    for character in line:
        size = len(character.encode())
        if width + size > LINE_BYTES:
            parts.append(" ")
            width = 1
        parts[-1] += character
        width += size
    return "\r\n".join(parts)
