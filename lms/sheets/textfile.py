"""A .csv file as numbered rows of text."""

import csv
import re
from collections.abc import Iterator

from django.core.exceptions import ValidationError

MAX_FIELD = 100_000
MAX_ROW = 1_000_000
LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
DELIMITERS = ",;\t"
UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")

# Python's gb18030 codec still reads these 18 codes as GB 18030-2005 had them, into the private use area.
GB18030_2022 = dict(
    zip(
        [*range(0xE78D, 0xE797), 0xE81E, 0xE826, 0xE82B, 0xE82C, 0xE832, 0xE843, 0xE854, 0xE864],
        [0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A), *range(0x9FB4, 0x9FBC)],
        strict=True,
    )
)


def read(data: bytes) -> tuple[Iterator[tuple[int, list[str]]], str]:
    """Rows with anything in them, each under the number it has on the screen, and the encoding they were in."""
    text, encoding = _decoded(data)
    return _rows(text, _delimiter(text)), encoding


def _decoded(data: bytes) -> tuple[str, str]:
    if data.startswith(UTF16_BOMS):
        raise ValidationError("文件是 UTF-16 编码，请另存为 UTF-8 编码的 .csv 或 .xlsx。", code="utf16")
    if b"\0" in data:
        raise _refused(data, data.index(0), "含有空字符（可能是 UTF-16 编码），请另存为 UTF-8 编码的 .csv", "nul")
    try:
        return data.decode("utf-8").removeprefix("\ufeff"), "utf-8-sig"
    except UnicodeDecodeError as error:
        if _is_utf8(data[: error.start]):
            raise _undecodable(data, error) from error
    try:
        return data.decode("gb18030").translate(GB18030_2022), "gb18030"
    except UnicodeDecodeError as error:
        raise _undecodable(data, error) from error


def _is_utf8(sound: bytes) -> bool:
    # Most UTF-8 text also decodes as gb18030, into nonsense; a mark or three characters up to the fault tell.
    return sound.startswith(UTF8_BOM) or sum(char > "\u07ff" for char in sound.decode("utf-8")) >= 3


def _undecodable(data: bytes, error: UnicodeDecodeError) -> ValidationError:
    return _refused(data, error.start, "既不是 UTF-8 也不是 GB18030 编码，文件可能已损坏", "encoding")


def _refused(data: bytes, offset: int, reason: str, code: str) -> ValidationError:
    row = data.count(b"\n", 0, offset) + 1
    return ValidationError(f"第 {offset} 字节处{reason}。", code=code, params={"row": row})


def _delimiter(text: str) -> str:
    return max(DELIMITERS, key=lambda delimiter: _width(text, delimiter))


def _width(text: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader(Lines(text), delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0


class Lines:
    """The lines of a text, as long as no single row takes too many of them."""

    def __init__(self, text: str):
        self.lines = LINE.finditer(text)
        self.row, self.room = 1, MAX_ROW

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)[0]
        self.room -= len(line)
        if self.room < 0:
            raise _too_long(self.row)
        return line

    def next_row(self) -> None:
        self.row, self.room = self.row + 1, MAX_ROW


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    lines = Lines(text)
    try:
        for fields in csv.reader(lines, delimiter=delimiter, strict=True):
            if any(len(field) > MAX_FIELD for field in fields):
                raise _too_long(lines.row)
            cells = [field.strip() for field in fields]
            if any(cells):
                yield lines.row, cells
            lines.next_row()
    except csv.Error as error:
        raise _malformed(lines.row, error) from error


def _too_long(row: int) -> ValidationError:
    return ValidationError("内容过长，可能缺少一个引号。", code="field_too_long", params={"row": row})


def _malformed(row: int, error: csv.Error) -> ValidationError:
    if "field limit" in str(error):
        return _too_long(row)
    return ValidationError("引号不配对，无法读取。", code="malformed_csv", params={"row": row})
