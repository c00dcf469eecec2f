"""Rows 14 and 20: what a person typed stays text, and no character is lost."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from io import BytesIO, StringIO

import openpyxl
import pytest

from lms.sheets.export import write_csv, write_xlsx
from lms.sheets.table import SheetRefused, read_table

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "http://example.invalid/",
    "mailto:a@example.invalid",
    "007",
    "{=1+1}",
    "<r>x</r>",
    '<r></is></c><c r="C9"><f>1+1</f></c><c r="D9" t="inlineStr"><is></r>',
    "_x000D_",
    "&amp;<b>",
]


def sheet_of(data: bytes, name: str = "名单"):
    return openpyxl.load_workbook(BytesIO(data))[name]


def test_14_xlsx_holds_no_formula_and_no_link():
    sheet = sheet_of(write_xlsx("名单", ["姓名", "=1"], [[text, text] for text in HOSTILE]))
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert sheet.dimensions == f"A1:B{len(HOSTILE) + 1}"


@pytest.mark.parametrize("text", HOSTILE)
def test_14_xlsx_round_trip(text):
    table = read_table(write_xlsx("名单", ["姓名"], [[text]]), filename="a.xlsx", required=["姓名"])
    assert table.rows[0].cells["姓名"] == text.strip()


@pytest.mark.parametrize("text", HOSTILE[:10])
def test_14_csv_cell_cannot_start_a_formula(text):
    rows = list(csv.reader(StringIO(write_csv([text], [[text]]).decode("utf-8-sig"), newline="")))
    assert rows == [[f"'{text}"], [f"'{text}"]]


@pytest.mark.parametrize("write", [write_csv, partial(write_xlsx, "名单")])
def test_14_nul_is_refused(write):
    with pytest.raises(SheetRefused) as refusal:
        write(["姓名"], [["张\0三"]])
    assert [(problem.code, problem.row) for problem in refusal.value.problems] == [("nul", 2)]


def test_values_keep_their_types():
    row = ["张三", 12, Decimal("1.5"), 0.25, date(2026, 2, 28), datetime(2026, 2, 28, 9, 30), None, True, 4 * 10**17]
    cells = next(sheet_of(write_xlsx("名单", ["列"] * 9, [row])).iter_rows(min_row=2))
    assert [cell.value for cell in cells[:4]] == ["张三", 12, 1.5, 0.25]
    assert [cell.value for cell in cells[4:6]] == [datetime(2026, 2, 28), datetime(2026, 2, 28, 9, 30)]
    assert [cell.number_format for cell in cells[4:6]] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    assert [cell.value for cell in cells[6:]] == [None, "是", "400000000000000000"]
    assert write_csv(["列"], [row]).decode("utf-8-sig").splitlines()[1] == (
        "张三,12,1.5,0.25,2026-02-28,2026-02-28 09:30,,是,400000000000000000"
    )


def test_negative_number_is_a_number():
    assert sheet_of(write_xlsx("名单", ["分"], [[-1]]))["A2"].value == -1
    assert write_csv(["分"], [[-1], [Decimal("-0.5")]]).splitlines()[1:] == [b"-1", b"-0.5"]


def test_instants_are_written_in_local_time():
    instant = datetime(2026, 2, 28, 20, tzinfo=UTC)
    assert sheet_of(write_xlsx("名单", ["时间"], [[instant]]))["A2"].value == datetime(2026, 3, 1, 4)
    assert b"2026-03-01 04:00" in write_csv(["时间"], [[instant]])


def test_dates_before_1900_are_text():
    assert sheet_of(write_xlsx("名单", ["日期"], [[date(1026, 1, 1)]]))["A2"].value == "1026-01-01"


def test_headings_are_framed_and_notes_apart():
    data = write_xlsx("甲/乙", ["姓名", "单位"], [["张三", "x"]], notes=["=第一条", "第二条"])
    sheet = sheet_of(data, "甲_乙")
    assert sheet["A1"].font.bold
    assert not sheet["A2"].font.bold
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:B2")
    assert [cell.value for cell in sheet_of(data, "说明")["A"]] == ["=第一条", "第二条"]
    assert read_table(data, filename="a.xlsx").rows[0].cells == {"姓名": "张三", "单位": "x"}


def test_what_does_not_fit_is_refused_not_cut():
    with pytest.raises(SheetRefused) as refusal:
        write_xlsx("名单", ["姓名"], [["x" * 32_768]])
    assert [(problem.code, problem.row) for problem in refusal.value.problems] == [("too_large", 2)]


def test_20_encodings():
    assert write_csv(["姓名"], [["𠮷"]]).startswith(b"\xef\xbb\xbf")
    assert write_csv(["姓名"], [["𠮷\U0002ebf0"]], encoding="gb18030").decode("gb18030") == "姓名\r\n𠮷\U0002ebf0\r\n"
    assert b"\xfe\x59" in write_csv(["姓名"], [["\u9fb4"]], encoding="gb18030")


@pytest.mark.parametrize(("encoding", "text"), [("gbk", "𠮷"), ("gb18030", "\ud800"), ("utf-8-sig", "\ud800")])
def test_20_character_that_would_be_lost_is_refused(encoding, text):
    with pytest.raises(SheetRefused) as refusal:
        write_csv(["姓名"], [[text]], encoding=encoding)
    assert refusal.value.problems[0].code == "unencodable"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_round_trip(encoding):
    rows = [["张,三", "a\nb"], ['李"四', "㐀\u9fb4"]]
    table = read_table(write_csv(["甲", "乙"], rows, encoding=encoding), filename="a.csv")
    assert [list(row.cells.values()) for row in table.rows] == rows
