"""What a sheet's cells would take once loaded, counted before they are: its box, its text, its faults."""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from django.core.exceptions import ValidationError

from lms.sheets.archive import damaged, too_large

MAX_BOX = 2_000_000
MAX_TEXT = 20_000_000
MAX_FAULTS = 1_000
REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
EMPTY_ROW = re.compile(rb"<row\b[^<>]*(?:/>|>(?:\s*<c\b[^<>]*/>)*\s*</row>)")
PIECE, VERBATIM = 256 * 1024, (b"<![CDATA[", b"<!--")


def without_empty_rows(sheet: bytearray) -> bytearray:
    """Formatted rows without a value say nothing, and there may be a million of them. Piece by piece, to hold less."""
    if any(sign in sheet for sign in VERBATIM):
        return sheet
    kept, start = bytearray(), 0
    while start < len(sheet):
        found = sheet.find(b"</row>", start + PIECE)
        end = found + len(b"</row>") if found >= 0 else len(sheet)
        kept += EMPTY_ROW.sub(b"", sheet[start:end])
        start = end
    return kept


@dataclass
class Room:
    """What is left for all the sheets of a workbook together."""

    box: int = MAX_BOX
    text: int = MAX_TEXT


class Survey:
    """Refuses a sheet that calamine could not hold, and notes the cells whose values are not to be trusted."""

    def __init__(self, string_lengths: list[int], room: Room):
        self.string_lengths, self.room = string_lengths, room
        self.rows = self.columns = range(0)
        self.box = 0
        self.faults: dict[int, dict[int, ValidationError]] = defaultdict(dict)
        self.cell: dict[str, str] | None = None
        self.index: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag[tag.find(":") + 1 :]
        if tag == "c":
            self.cell, self.index = attributes, None
        elif tag in ("v", "is", "f"):
            self._value(tag)
        elif tag == "mergeCell":
            self._merged(attributes.get("ref", ""))
        elif tag == "extLst":  # has an <f> of its own, and no cells
            self.cell = None

    def characters(self, text: str) -> None:
        if self.index is None or text.isspace():
            return
        self.index += text
        self.room.text -= self.string_lengths[int(self.index)]
        if self.room.text < 0:
            raise too_large()

    def _value(self, tag: str) -> None:
        if self.cell is None:
            return
        row, column = _position(self.cell.get("r", ""))
        self.rows, self.columns = _widened(self.rows, row), _widened(self.columns, column)
        box = len(self.rows) * len(self.columns)
        self.room.box, self.box = self.room.box - box + self.box, box
        if self.room.box < 0:
            raise too_large()
        kind = self.cell.get("t")
        self.index = "" if kind == "s" and tag == "v" else None
        if tag == "f":
            self._fault(row, column, "单元格是公式，请粘贴为数值。", "formula")
        elif kind == "e":
            self._fault(row, column, "单元格是错误值，请改正。", "error_value")

    def _merged(self, reference: str) -> None:
        row, column = _position(reference.partition(":")[0])
        code = "merged_heading" if row == 1 else "merged_cell"
        self._fault(row, column, "单元格是合并的，请取消合并并逐格填写。", code)

    def _fault(self, row: int, column: int, message: str, code: str) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults[row].setdefault(column, ValidationError(message, code=code))


def _widened(span: range, place: int) -> range:
    if place in span:
        return span
    return range(min(span.start, place), max(span.stop, place + 1)) if span else range(place, place + 1)


def _position(reference: str) -> tuple[int, int]:
    found = REFERENCE.fullmatch(reference)
    if not found:
        raise damaged()
    return int(found[2]), _column(found[1])


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
