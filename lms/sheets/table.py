"""Untrusted spreadsheets in: one table of text, or every reason why not."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import BinaryIO

from django.core.exceptions import ValidationError

from lms.sheets import textfile, workbook
from lms.sheets.archive import OLE_MAGIC

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PROBLEMS = 200
PERSONAL = re.compile(r"身份证|身份号码|证件号码|手机|电话|联系方式")
DATES = [
    re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})"),
    re.compile(r"([0-9]{4})(年)([0-9]{1,2})月([0-9]{1,2})日"),
    re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})"),
]


@dataclass(frozen=True)
class Problem:
    """`row` is the number on the screen (the headings are row 1), None for the file; `column` a heading or ""."""

    row: int | None
    column: str
    message: str
    code: str

    def __str__(self) -> str:
        place = (f"第 {self.row} 行" if self.row else "") + (f"“{self.column}”" if self.column else "")
        return f"{place}：{self.message}" if place else self.message

    def as_dict(self) -> dict:
        return asdict(self)


class SheetRefused(ValidationError):  # noqa: N818
    def __init__(self, problems: Sequence[Problem]):
        self.problems = list(problems)
        super().__init__([ValidationError(str(problem), code=problem.code) for problem in self.problems])


@dataclass(frozen=True)
class Row:
    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    headings: list[str]
    rows: list[Row]
    encoding: str


def read_table(
    source: Path | BinaryIO | bytes,
    *,
    filename: str,
    required: Sequence[str] = (),
    optional: Sequence[str] = (),
    aliases: Mapping[str, str] = MappingProxyType({}),
    max_rows: int = 20_000,
) -> Table:
    """`aliases` leads from a heading people write to the one that is meant.

    A declared heading without a column reads as blank. Where none is declared, every column is taken.
    """
    try:
        numbered, encoding = _numbered(_content(source), filename)
        return _table(numbered, encoding, Headings(required, optional, aliases), max_rows)
    except SheetRefused:
        raise
    except ValidationError as error:
        raise SheetRefused([_problem(error)]) from error


def parse_date(text: str) -> date:
    for pattern in DATES:
        if found := pattern.fullmatch(text.strip()):
            return date(int(found[1]), int(found[3]), int(found[4]))
    raise ValueError(text)


def _content(source: Path | BinaryIO | bytes) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _content(file)
    data = source if isinstance(source, bytes) else source.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise ValidationError("文件过大，不能超过 20 MB。", code="too_large")
    return data


def _numbered(data: bytes, filename: str) -> tuple[Iterator[tuple[int, list]], str]:
    suffix = PurePath(filename).suffix.lower()
    if data.startswith(OLE_MAGIC):
        raise _old_or_encrypted(data)
    if suffix == ".xlsx" and data.startswith(b"PK\x03\x04"):
        return workbook.read(data), "xlsx"
    if suffix == ".xlsx":
        raise ValidationError("文件内容不是 .xlsx 表格，请用 WPS 或 Excel 另存为 .xlsx。", code="not_xlsx")
    if suffix == ".csv" and not data.startswith(b"PK\x03\x04"):
        return textfile.read(data)
    raise ValidationError("只接受 .xlsx 和 .csv 文件。", code="unknown_format")


def _old_or_encrypted(data: bytes) -> ValidationError:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return ValidationError("文件设有密码，请另存为 .xlsx，且不要加密。", code="encrypted")
    return ValidationError("旧格式（.xls、.et）或加密的文件，请另存为 .xlsx，且不要加密。", code="old_format")


def _problem(fault: ValidationError, row: int | None = None, column: str = "") -> Problem:
    return Problem(row or (fault.params or {}).get("row"), column, str(fault.message), fault.code or "invalid")


@dataclass(frozen=True)
class Headings:
    required: Sequence[str]
    optional: Sequence[str]
    aliases: Mapping[str, str]

    @property
    def declared(self) -> list[str]:
        return [*self.required, *self.optional]

    def names(self, cells: list) -> list[str | None]:
        """The heading that is meant in each column: "" where it is blank, None where it cannot be read."""
        # People space 姓  名 out and break long headings over two lines.
        known = {_squeezed(heading): heading for heading in self.declared}
        known |= {_squeezed(alias): heading for alias, heading in self.aliases.items()}
        return [known.get(_squeezed(cell), cell) if isinstance(cell, str) else None for cell in cells]

    def problems(self, cells: list, names: list[str | None]) -> Iterator[Problem]:
        yield from (_problem(cell, 1) for cell in cells if isinstance(cell, ValidationError))
        width = max((place for place, cell in enumerate(cells, 1) if cell), default=0)
        for place in (place for place, cell in enumerate(cells[:width], 1) if not cell):
            yield Problem(1, "", f"第 {place} 列没有表头。", "blank_heading")
        for name, count in Counter(filter(None, names)).items():
            if count > 1:
                yield Problem(1, name, "表头重复。", "duplicate_heading")
            if name not in self.declared:
                yield from self._undeclared(name)
        for heading in self.required:
            if heading not in names:
                yield Problem(1, heading, "缺少这一列。", "missing_heading")

    def _undeclared(self, name: str) -> Iterator[Problem]:
        if PERSONAL.search(_squeezed(name)):
            yield Problem(1, name, "系统不保存证件号码和联系方式，请删去这一列。", "personal_column")
        elif self.declared:
            yield Problem(1, name, "不认识的列，请删去或改用模板中的表头。", "unknown_heading")


def _squeezed(heading: str) -> str:
    return "".join(heading.split())


def _table(numbered: Iterator[tuple[int, list]], encoding: str, headings: Headings, max_rows: int) -> Table:
    number, first = next(numbered, (0, []))
    if number != 1:
        raise ValidationError("第一行应为表头。", code="missing_heading" if number else "empty")
    names = headings.names(first)
    problems = list(headings.problems(first, names))
    rows: list[Row] = []
    for number, cells in numbered:
        if len(rows) == max_rows:
            problems.append(Problem(number, "", f"超过 {max_rows} 行，请分成几个文件。", "too_many_rows"))
            break
        rows.append(Row(number, dict.fromkeys(headings.declared, "")))
        problems += _fill(rows[-1], names, cells)
        if len(problems) > MAX_PROBLEMS:
            break
    if problems:
        raise SheetRefused(_listed(problems))
    return Table(list(filter(None, names)), rows, encoding)


def _fill(row: Row, names: list[str | None], cells: list) -> Iterator[Problem]:
    for place, (name, cell) in enumerate(zip_longest(names, cells, fillvalue=""), 1):
        if isinstance(cell, ValidationError):
            yield _problem(cell, row.number, name or "")
        elif name:
            row.cells[name] = cell
        elif cell and name is not None:
            yield Problem(row.number, "", f"第 {place} 列有内容但没有表头。", "extra_cell")


def _listed(problems: list[Problem]) -> list[Problem]:
    if len(problems) <= MAX_PROBLEMS:
        return problems
    return [*problems[:MAX_PROBLEMS], Problem(None, "", f"问题较多，只列出前 {MAX_PROBLEMS} 个。", "more_problems")]
