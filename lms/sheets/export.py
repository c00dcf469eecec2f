"""Spreadsheets out, in which nothing a person typed can become a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import chain
from typing import Any

from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from lms.sheets.table import Problem, SheetRefused
from lms.sheets.textfile import GB18030_2022

ACTIVE = tuple("=+-@\t\r\n＝＋－＠")
# A spreadsheet keeps 15 digits of a number.
EXACT_BELOW = 10**15
GB18030_2005 = {new: old for old, new in GB18030_2022.items()}
FIRST_YEAR = 1900
NOTES_SHEET = "说明"


def write_xlsx(
    sheet_name: str, headings: Sequence[str], rows: Iterable[Sequence], *, notes: Sequence[str] = ()
) -> bytes:
    content = BytesIO()
    with Workbook(content, {"constant_memory": True}) as book:
        sheet = Sheet(book, re.sub(r"[\[\]:*?/\\']", "_", sheet_name)[:31])
        sheet.write(headings, book.add_format({"bold": True}))
        for row in rows:
            sheet.write(row)
        sheet.frame(headings)
        if notes:
            notes_sheet = Sheet(book, NOTES_SHEET)
            for note in notes:
                notes_sheet.write([note])
    return content.getvalue()


class Sheet:
    def __init__(self, book: Workbook, name: str):
        self.sheet: Worksheet = book.add_worksheet(name)
        self.plain = book.add_format()
        self.formats = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        self.height = 0

    def write(self, row: Sequence, text_format=None) -> None:
        for column, value in enumerate(row):
            # XlsxWriter drops what does not fit and only returns a code.
            if self._put(column, value, text_format):
                raise _refused(self.height + 1, "内容过长或行列过多，表格放不下。", "too_large")
        self.height += 1

    def frame(self, headings: Sequence[str]) -> None:
        self.sheet.freeze_panes(1, 0)
        if headings:
            self.sheet.autofilter(0, 0, max(self.height - 1, 0), len(headings) - 1)
        for column, heading in enumerate(headings):
            self.sheet.set_column(column, column, max(10, 2 * len(heading) + 4))

    def _put(self, column: int, value: Any, text_format) -> int:
        value = _plain(value)
        if isinstance(value, date) and value.year >= FIRST_YEAR:
            return self.sheet.write_datetime(self.height, column, value, self.formats[type(value)])
        if isinstance(value, int | float | Decimal) and -EXACT_BELOW < value < EXACT_BELOW:
            return self.sheet.write_number(self.height, column, value)
        return self._put_text(column, _text(value, self.height + 1), text_format)

    def _put_text(self, column: int, text: str, text_format) -> int:
        if not text:
            return 0
        # XlsxWriter takes <r>…</r> for markup of its own and lets it through unescaped.
        if text.startswith("<r>"):
            return self.sheet.write_rich_string(self.height, column, text[:1], self.plain, text[1:])
        return self.sheet.write_string(self.height, column, text, text_format)


def write_csv(headings: Sequence[str], rows: Iterable[Sequence], *, encoding: str = "utf-8-sig") -> bytes:
    content = StringIO(newline="")
    writer = csv.writer(content)
    for number, row in enumerate(chain([headings], rows), 1):
        writer.writerow([_inert(_plain(value), number) for value in row])
    text = content.getvalue()
    try:
        return (text.translate(GB18030_2005) if encoding.lower() == "gb18030" else text).encode(encoding)
    except UnicodeEncodeError as error:
        lost = text[error.start : error.end]
        raise _refused(None, f"{encoding} 编码无法表示“{lost!a}”，请改用 UTF-8。", "unencodable") from error


def _inert(value: Any, row: int) -> str:
    text = _text(value, row)
    return f"'{text}" if text.startswith(ACTIVE) and not isinstance(value, int | float | Decimal) else text


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.make_naive(value) if timezone.is_aware(value) else value
    return "" if value is None else value


def _text(value: Any, row: int) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if "\0" in text:
        raise _refused(row, "含有空字符。", "nul")
    return text


def _refused(row: int | None, message: str, code: str) -> SheetRefused:
    return SheetRefused([Problem(row, "", message, code)])
