"""The visible sheets of an .xlsx file as numbered rows of text.

calamine allocates the whole box around the cells and one copy of a shared string for every cell that shows it,
and a failed allocation ends the process. So the sheet is surveyed first, and calamine is given an archive of
our own making with the surveyed sheet as its only one.
"""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import chain, repeat
from tempfile import NamedTemporaryFile
from typing import Any
from xml.parsers import expat

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.core.exceptions import ValidationError
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from lms.sheets.archive import damaged, inflate, macro, too_large
from lms.sheets.survey import Room, Survey, without_empty_rows

MAX_INDEX_BYTES = 1024 * 1024
EXACT_BELOW = 1e15

TYPES, BOOK, LINKS = "[content_types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
STYLES, STRINGS = "xl/styles.xml", "xl/sharedstrings.xml"

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OWN_LINKS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/{{kind}}" Target="{{target}}"/></Relationships>'
)
OWN_BOOK = (
    f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{OFFICE}">'
    '<workbookPr date1904="{date1904}"/><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>'
)

# A cell is its text, or the reason why it has none.
Cell = str | ValidationError


def read(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Rows of the first visible sheet with anything in them, each under the number it has on the screen."""
    return read_sheets(data, most=1)[0][1]


def read_sheets(data: bytes, *, most: int) -> list[tuple[str, Iterator[tuple[int, list[Cell]]]]]:
    """The first visible sheets by name, as `read` gives one."""
    parts = {name.casefold(): part for name, part in inflate(data).items()}
    _check_kind(parts)
    sheets, date1904 = _visible_sheets(parts)
    lengths = _string_lengths(parts.get(STRINGS))
    surveyor = partial(Survey, lengths, Room())
    return [(name, _read_sheet(parts, sheet, surveyor(), date1904)) for name, sheet in sheets[:most]]


def _read_sheet(parts, sheet: bytearray, survey: Survey, date1904: bool) -> Iterator[tuple[int, list[Cell]]]:
    """A generator, so that only one sheet at a time is held as calamine holds it."""
    filled = without_empty_rows(sheet)
    _parse(filled, survey.start, survey.characters)
    index = {
        "_rels/.rels": OWN_LINKS.format(kind="officeDocument", target=BOOK),
        BOOK: OWN_BOOK.format(date1904=int(date1904)),
        LINKS: OWN_LINKS.format(kind="worksheet", target="worksheets/sheet1.xml"),
    }
    kept = {path: parts[path] for path in (STYLES, STRINGS) if path in parts}
    yield from _rows(_load(index | kept | {"xl/worksheets/sheet1.xml": filled}), survey.faults)


def _string_lengths(part: bytearray | None) -> list[int]:
    lengths: list[int] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith("si"):
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    if part:
        _parse(part, start, characters)
    return lengths


def _parse(part: bytearray, start: Callable, characters: Callable) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(part, True)  # noqa: FBT003
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise damaged() from error


def _check_kind(parts: dict[str, bytearray]) -> None:
    if not {TYPES, BOOK, LINKS} <= parts.keys():
        raise ValidationError("这不是 .xlsx 表格，请用 WPS 或 Excel 另存为 .xlsx。", code="not_xlsx")
    if b"vbaProject" in parts[TYPES] or b"macroEnabled" in parts[TYPES]:
        raise macro()


def _visible_sheets(parts: dict[str, bytearray]) -> tuple[list[tuple[str, bytearray]], bool]:
    """The sheets by name, and whether their dates count from 1904."""
    book = _elements(parts[BOOK])
    date1904 = any(element.get("date1904") in ("1", "true") for element in book)
    links = {link.get("Id"): link for link in _elements(parts[LINKS])}
    found = []
    for element in book:
        link: Any = next((links[value] for key, value in element.items() if key.endswith("}id") and value in links), {})
        path = "xl/" + link.get("Target", "").casefold().removeprefix("/").removeprefix("xl/")
        if _is_visible_sheet(element, link) and path in parts:
            found.append((element.get("name", ""), parts[path]))
    if not found:
        raise damaged()
    return found, date1904


def _is_visible_sheet(element: Any, link: Any) -> bool:
    return link.get("Type", "").endswith("/worksheet") and element.get("state", "visible") == "visible"


def _elements(part: bytearray) -> list[Any]:
    if len(part) > MAX_INDEX_BYTES:
        raise too_large()
    try:
        return list(fromstring(bytes(part), forbid_dtd=True).iter())
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise damaged() from error


def _load(parts: Mapping[str, bytearray | str]) -> CalamineSheet:
    with NamedTemporaryFile(suffix=".xlsx") as copy:
        with zipfile.ZipFile(copy, "w") as archive:
            for path, part in parts.items():
                archive.writestr(path, part)
        copy.flush()
        try:
            return CalamineWorkbook.from_path(copy.name).get_sheet_by_index(0)
        except CalamineError as error:
            raise damaged() from error


def _rows(sheet: CalamineSheet, faults: dict[int, dict[int, ValidationError]]) -> Iterator[tuple[int, list[Cell]]]:
    left: list[Cell] = [""] * (sheet.start[1] if sheet.start else 0)
    # A formula without a cached value may lie beyond the last row and column that calamine sees.
    beyond: repeat[list] = repeat([], max(faults, default=0))
    for number, values in enumerate(chain(sheet.iter_rows(), beyond), 1):
        if number not in faults and values.count("") == len(values):
            continue
        cells = _with_faults(left + [TEXTS[type(value)](value) for value in values], faults.get(number, {}))
        if any(cells):
            yield number, cells


def _with_faults(cells: list[Cell], faults: dict[int, ValidationError]) -> list[Cell]:
    cells += [""] * (max(faults, default=0) - len(cells))
    for column, fault in faults.items():
        cells[column - 1] = fault
    return cells


def _string(value: str) -> Cell:
    # Written _x0000_ in the file, and no text column takes it.
    return ValidationError("含有空字符，请重新填写。", code="nul") if "\0" in value else value.strip()


def _number(value: float) -> Cell:
    # Not "<": a NaN must fail too.
    if not abs(value) < EXACT_BELOW:
        return ValidationError("数字过长，已被表格软件取整；编号类单元格请设为文本后重新填写。", code="number_as_text")
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")


def _moment(value: datetime) -> str:
    if value.time() == time.min:
        return value.date().isoformat()
    return value.isoformat(" ", "seconds" if value.second else "minutes")


def _duration(value: timedelta) -> str:
    minutes = round(value.total_seconds() / 60)
    return f"{minutes // 60}:{minutes % 60:02}"


TEXTS: dict[type, Callable[[Any], Cell]] = {
    str: _string,
    bool: lambda value: "是" if value else "否",
    int: _number,
    float: _number,
    date: date.isoformat,
    datetime: _moment,
    time: lambda value: value.isoformat("minutes"),
    timedelta: _duration,
}
