"""What reading a file of questions gives: drafts, and a note for everything that is not one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError

from exams.bank.types import of

MAX_BYTES = 20 * 1024 * 1024
MAX_TEXT_BYTES = 5 * 1024 * 1024  # in memory a text takes up to four times this, and readers hold two of it
MAX_QUESTIONS = 20_000
MAX_NOTES = 500
LONGEST_NUMBER = 30


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


class TooMuch(Exception):  # noqa: N818
    """The whole file is refused: reading on would cost more than any file of questions does."""


class TooManyErrors(Exception):  # noqa: N818
    """What was read up to here stands; the rest is not worth its time before these are put right."""

    def __init__(self, reading: "Reading"):
        super().__init__()
        self.reading = reading


@dataclass
class Reading:
    """`unit` says what a place is: "row" of a sheet, "line" of a text."""

    unit: str = "line"
    drafts: list[Draft] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    unsupported: list[Note] = field(default_factory=list)
    errors: list[Note] = field(default_factory=list)
    found: int = 0

    def add(self, draft: Draft) -> None:
        """Keep a draft that is a question of its type; otherwise an error at its place."""
        try:
            of(draft.content).validate(draft.content)
        except ValidationError as refusal:
            return self.fail(draft.place, refusal.code or "", " ".join(refusal.messages), refusal.code or "")
        self._count()
        self.drafts.append(draft)
        return None

    @contextmanager
    def question(self, place: int, field: str) -> Iterator[None]:
        """What is wrong with one question is an error at its place, and the next one is read."""
        try:
            yield
        except ValidationError as refusal:
            self.fail(place, field, " ".join(refusal.messages), refusal.code or "")
        except ArithmeticError:
            self.fail(place, field, "答案、分值或误差不是可用的数字。", "number")

    def fail(self, place: int | None, field: str, message: str, code: str = "") -> None:
        self._note(self.errors, Note(place, field, message, code))
        if len(self.errors) > MAX_NOTES:
            self.errors[-1] = Note(None, "", f"错误超过{MAX_NOTES}处，后面的没有读取，请先改正。", "too_many_errors")
            raise TooManyErrors(self)

    def warn(self, place: int | None, field: str, message: str) -> None:
        self._note(self.warnings, Note(place, field, message))

    def skip(self, place: int | None, field: str, message: str) -> None:
        """What the file holds and we have no type for."""
        self._note(self.unsupported, Note(place, field, message))

    def _note(self, notes: list[Note], note: Note) -> None:
        self._count()
        if len(notes) < MAX_NOTES:
            notes.append(note)
        elif len(notes) == MAX_NOTES:
            notes.append(Note(None, "", f"提示较多，只列出前{MAX_NOTES}条。"))

    def _count(self) -> None:
        """Notes count as well: twenty thousand bad questions cost what good ones do."""
        self.found += 1
        if self.found > MAX_QUESTIONS * 2 or len(self.drafts) >= MAX_QUESTIONS:
            raise TooMuch(f"超过{MAX_QUESTIONS}题，请分成几个文件。")


def text_of(data: bytes) -> str:
    """UTF-8 or GB18030, nothing guessed. ValidationError for anything else."""
    if len(data) > MAX_TEXT_BYTES:
        raise TooMuch(f"文本文件不能超过{MAX_TEXT_BYTES >> 20} MB，请分成几个文件。")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise ValidationError("无法识别文件的文字编码，请另存为UTF-8。", code="encoding")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, one at a time: a list of them takes many times the text."""
    number, start, end = 1, 0, text.find("\n")
    while end >= 0:
        yield number, text[start:end]
        number, start = number + 1, end + 1
        end = text.find("\n", start)
    yield number, text[start:]


def guarded(read: Callable[[bytes], Reading]) -> Callable[[bytes], Reading]:
    """A reader that answers every refusal of the whole file as an error of the file."""

    def reader(data: bytes) -> Reading:
        try:
            return read(data)
        except ValidationError as refusal:
            place = (refusal.params or {}).get("line") if hasattr(refusal, "params") else None
            return Reading(errors=[Note(place, "", " ".join(refusal.messages), refusal.code or "")])
        except TooMuch as refusal:
            return Reading(errors=[Note(None, "", str(refusal), "too_large")])
        except TooManyErrors as stop:
            return stop.reading

    return reader


def share(percent: Decimal) -> str:
    """A percentage as a weight."""
    found = (percent / 100).quantize(Decimal("0.00001"))
    return format(found.normalize(), "f")


def written(value: Decimal) -> str:
    """A number digit by digit. ValidationError for one of a length nobody means, before it is written out."""
    if not value.is_finite() or max(abs(value.adjusted()), len(value.as_tuple().digits)) > LONGEST_NUMBER:
        raise ValidationError("数字过大或过长。", code="number")
    return format(value, "f")
