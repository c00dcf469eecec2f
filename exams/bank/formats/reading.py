"""What reading a file of questions gives: drafts, and a note for everything that is not one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError

from exams.bank.types import of

MAX_BYTES = 20 * 1024 * 1024
MAX_QUESTIONS = 20_000
MAX_NOTES = 500


@dataclass(frozen=True)
class Note:
    """`place` is a row of a sheet or a line of a text, None for the file; `field` a heading or an element's name."""

    place: int | None
    field: str
    message: str
    code: str = ""

    def as_dict(self, unit: str) -> dict:
        return {unit: self.place, "field": self.field, "message": self.message}


@dataclass
class Draft:
    """A question as a file has it, not yet in a bank. `category` is the file's own path, topic and codes are ours."""

    content: dict
    place: int
    name: str = ""
    category: str = ""
    topic: str = ""
    item_codes: list[str] = field(default_factory=list)
    level: str = ""
    difficulty: int | None = None
    article: str = ""


@dataclass
class Reading:
    """`unit` says what a place is: "row" of a sheet, "line" of a text."""

    unit: str = "line"
    drafts: list[Draft] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    unsupported: list[Note] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)

    def add(self, draft: Draft) -> None:
        """Keep a draft that is a question of its type; otherwise an error at its place."""
        try:
            of(draft.content).validate(draft.content)
        except ValidationError as refusal:
            return self.fail(draft.place, refusal.code or "", " ".join(refusal.messages))
        if len(self.drafts) >= MAX_QUESTIONS:
            raise TooMuch(f"超过{MAX_QUESTIONS}题，请分成几个文件。")
        self.drafts.append(draft)
        return None

    def fail(self, place: int | None, field: str, message: str) -> None:
        self._note(self.errors, Note(place, field, message))

    def warn(self, place: int | None, field: str, message: str) -> None:
        self._note(self.warnings, Note(place, field, message))

    def skip(self, place: int | None, field: str, message: str) -> None:
        """What the file holds and we have no type for."""
        self._note(self.unsupported, Note(place, field, message))

    @staticmethod
    def _note(notes: list[Note], note: Note) -> None:
        if len(notes) < MAX_NOTES:
            notes.append(note)
        elif len(notes) == MAX_NOTES:
            notes.append(Note(None, "", f"提示较多，只列出前{MAX_NOTES}条。"))


class TooMuch(ValidationError):  # noqa: N818
    def __init__(self, message: str):
        super().__init__(message, code="too_large")


def text_of(data: bytes) -> str:
    """UTF-8 or GB18030, nothing guessed. ValidationError for anything else."""
    if len(data) > MAX_BYTES:
        raise TooMuch("文件过大，不能超过20 MB。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise ValidationError("无法识别文件的文字编码，请另存为UTF-8。", code="encoding")


def guarded(read: Callable[[bytes], Reading]) -> Callable[[bytes], Reading]:
    """A reader that answers every refusal of the whole file as an error of the file."""

    def reader(data: bytes) -> Reading:
        try:
            return read(data)
        except ValidationError as refusal:
            place = (refusal.params or {}).get("line") if hasattr(refusal, "params") else None
            return Reading(errors=[Note(place, "", " ".join(refusal.messages), refusal.code or "")])

    return reader


def share(percent: Decimal) -> str:
    """A percentage as a weight."""
    found = (percent / 100).quantize(Decimal("0.00001"))
    return format(found.normalize(), "f")
