"""Workbooks, good ones and hostile ones, built in memory."""

import re
import struct
import zipfile
from io import BytesIO

import openpyxl

from lms.sheets.table import SheetRefused, read_table

SHEET = "xl/worksheets/sheet1.xml"
HEADINGS = ["姓名", "执法证号"]
GOOD_ROW = ["张三", "A0001"]


def workbook(*rows, prepare=None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows or [HEADINGS, GOOD_ROW]:
        book.active.append(row)
    if prepare:
        prepare(book)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items() if isinstance(parts, dict) else parts:
            archive.writestr(name, part)
    return content.getvalue()


def with_part(name: str, part: bytes) -> bytes:
    return packed(parts_of(workbook()) | {name: part})


def with_sheet(*replacements: tuple[bytes, bytes], data: bytes | None = None) -> bytes:
    parts = parts_of(data or workbook())
    for old, new in replacements:
        assert old in parts[SHEET]
        parts[SHEET] = parts[SHEET].replace(old, new)
    return packed(parts)


def with_rows(xml: bytes) -> bytes:
    return with_sheet((b"</sheetData>", xml + b"</sheetData>"))


def bomb() -> bytes:
    return with_rows(b"<row/>" + b" " * 30_000_000)


def small_bombs() -> bytes:
    """None of them large enough for the ratio to matter."""
    return packed({f"{number}": bytes(1_000_000) for number in range(60)})


def far_cell() -> bytes:
    return with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def repeated_string() -> bytes:
    """Would take 600 MB: 20,000 cells that show one long string."""
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (row, row) for row in range(4, 20_000))
    strings = b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    return packed(parts_of(with_rows(cells)) | {"xl/sharedStrings.xml": strings})


def lying(data: bytes, claimed: int = 1000) -> bytes:
    """The first sheet's size, as both of its headers claim it."""
    content = bytearray(data)
    for signature, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        for found in re.finditer(re.escape(signature), data):
            if data.startswith(SHEET.encode(), found.start() + name_at):
                struct.pack_into("<I", content, found.start() + size_at, claimed)
    return bytes(content)


def flagged(data: bytes, bit: int) -> bytes:
    content = bytearray(data)
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(signature), data):
            content[found.start() + at] |= bit
    return bytes(content)


def doctype(declaration: bytes) -> bytes:
    return with_sheet((b"<worksheet", declaration + b"<worksheet"))


def million_empty_rows() -> bytes:
    return with_rows(b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (row, row) for row in range(4, 1_048_577)))


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream.encode("utf-16-le") + bytes(512)


def read(data: bytes, filename: str = "名单.xlsx", **options):
    return read_table(data, filename=filename, **{"required": HEADINGS, **options})


def problems(data: bytes, filename: str = "名单.xlsx", **options) -> list[tuple[str, int | None, str]]:
    try:
        read(data, filename, **options)
    except SheetRefused as refusal:
        return [(problem.code, problem.row, problem.column) for problem in refusal.problems]
    return []


def csv_of(text: str, encoding: str = "utf-8") -> bytes:
    return ("姓名,执法证号\r\n" + text).encode(encoding)
