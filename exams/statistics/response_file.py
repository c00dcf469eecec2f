"""A matrix of responses from a .csv file: columns item1, item2 …, and `freq` where several people answered alike."""

import re
from pathlib import Path

from exams.statistics.figures import Matrix
from lms.sheets.table import Problem, Row, SheetRefused, read_table

ITEM = re.compile(r"item([1-9][0-9]{0,3})", re.IGNORECASE)
NUMBER = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,4}))?")
COUNT = re.compile(r"[0-9]{1,9}")
FREQ, DECIMALS, MOST_ROWS, MOST_LISTED = "freq", 4, 200_000, 200


def read_matrix(path: Path) -> tuple[Matrix, list[str]]:
    """The matrix and its items' names in the order of their numbers.

    An item gives 1 mark at most, or the most that anybody earned. SheetRefused names row and column.
    """
    table = read_table(path, filename=path.name, max_rows=MOST_ROWS)
    names = _item_names(table.headings)
    freq = next((name for name in table.headings if name.lower() == FREQ), "")
    problems = [found for row in table.rows for found in _problems(row, names, freq)]
    if problems:
        raise SheetRefused(problems[:MOST_LISTED])
    counts = [int(row.cells[freq]) if freq else 1 for row in table.rows]
    if not sum(counts):
        raise SheetRefused([Problem(None, freq, "没有作答：至少要有一行，次数之和应大于0。", "nobody")])
    scale = 10 ** max(_decimals(row.cells[name]) for row in table.rows for name in names)
    columns = [[_scaled(row.cells[name], scale) for row in table.rows] for name in names]
    return Matrix(columns, [max(scale, *column) for column in columns], counts, scale), names


def _item_names(headings: list[str]) -> list[str]:
    strange = [name for name in headings if not ITEM.fullmatch(name) and name.lower() != FREQ]
    if strange:
        message = "不认识的列。只接受 item1、item2……和 freq（次数）。"
        raise SheetRefused([Problem(1, name, message, "unknown_heading") for name in strange])
    names = sorted((name for name in headings if ITEM.fullmatch(name)), key=_number)
    if not names:
        raise SheetRefused([Problem(1, "", "没有试题列，表头应为 item1、item2……", "no_items")])
    twice = [name for place, name in enumerate(names) if place and _number(name) == _number(names[place - 1])]
    if twice:
        raise SheetRefused([Problem(1, name, "表头重复。", "duplicate_heading") for name in twice])
    return names


def _number(name: str) -> int:
    return int(ITEM.fullmatch(name)[1])  # type: ignore[index]


def _problems(row: Row, names: list[str], freq: str) -> list[Problem]:
    found = []
    for name in names:
        cell = row.cells.get(name, "")
        if not cell:
            found.append(Problem(row.number, name, "没有填得分。答错和未答都填0。", "blank"))
        elif not NUMBER.fullmatch(cell):
            message = f"“{cell[:20]}”不是得分，应为0或正数，小数不超过{DECIMALS}位。"
            found.append(Problem(row.number, name, message, "number"))
    if freq and not COUNT.fullmatch(row.cells.get(freq, "")):
        message = f"“{row.cells.get(freq, '')[:20]}”不是次数，应为0或正整数。"
        found.append(Problem(row.number, freq, message, "count"))
    return found


def _decimals(cell: str) -> int:
    return len((NUMBER.fullmatch(cell)[2] or "").rstrip("0"))  # type: ignore[index]


def _scaled(cell: str, scale: int) -> int:
    whole, part = NUMBER.fullmatch(cell).groups()  # type: ignore[union-attr]
    return int(whole) * scale + int(((part or "") + "0" * DECIMALS)[:DECIMALS]) * scale // 10**DECIMALS
