"""Good files, and what their cells become."""

from datetime import date, datetime, time, timedelta
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lms.sheets.table import Problem, SheetRefused, parse_date, read_table

from . import samples
from .samples import HEADINGS, csv_of, read, workbook


def text_of(value, prepare=None) -> str:
    return read(workbook(HEADINGS, ["张三", value], prepare=prepare)).rows[0].cells["执法证号"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (" 0012 ", "0012"),
        ("\u3000张三\u3000", "张三"),
        ("𠮷\U0002ebf0", "𠮷\U0002ebf0"),
        (12, "12"),
        (12.0, "12"),
        (999_999_999_999_999, "999999999999999"),
        (0.1, "0.1"),
        (0.0000001, "0.0000001"),
        (0, "0"),
        (True, "是"),
        (False, "否"),
        (date(2026, 2, 28), "2026-02-28"),
        (datetime(2026, 2, 28, 9, 30), "2026-02-28 09:30"),
        (time(9, 30), "09:30"),
        (timedelta(hours=36), "36:00"),
        ("2026/2/30", "2026/2/30"),
        ("'=1+1", "'=1+1"),
    ],
)
def test_cell_becomes_text(value, text):
    assert text_of(value) == text


def test_11_dates_that_count_from_1904():
    def prepare(book):
        book.epoch = CALENDAR_MAC_1904

    assert text_of(date(2026, 2, 28), prepare) == "2026-02-28"


@pytest.mark.parametrize("text", ["2026-02-28", "2026/2/28", "2026.2.28", "2026年2月28日", "20260228", " 2026-02-28 "])
def test_11_date_is_parsed(text):
    assert parse_date(text) == date(2026, 2, 28)


@pytest.mark.parametrize(
    "text", ["2026/2/30", "", "2026-02", "2026/2-28", "26-2-28", "\uff12026-02-28", "2026-02-28x", "46081"]
)
def test_11_date_is_not_guessed(text):
    with pytest.raises(ValueError):  # noqa: PT011
        parse_date(text)


def test_rows_keep_the_numbers_on_the_screen():
    data = workbook(HEADINGS, [], ["张三", "A1"], [], [], ["李四", "A2"], ["", "\u3000"])
    assert [row.number for row in read(data).rows] == [3, 6]
    data = csv_of('\r\n"张\r\n三",A1\r\n,\r\n李四,A2\r\n\r\n')
    assert [row.number for row in read(data, "a.csv").rows] == [3, 5]


def test_columns_keep_their_places_beside_an_empty_first_one():
    found = samples.problems(workbook([None, *HEADINGS], [None, "张三", "A1"]))
    assert found == [("blank_heading", 1, "")]


def test_headings_are_known_by_alias_and_through_spaces():
    data = workbook(["姓  名", "执法\n证号", "备注"], ["张三", "A1", "x"])
    table = read_table(
        data, filename="a.XLSX", required=["姓名", "证号"], optional=["备注", "单位"], aliases={"执法证号": "证号"}
    )
    assert table.headings == ["姓名", "证号", "备注"]
    assert table.rows[0].cells == {"姓名": "张三", "证号": "A1", "备注": "x", "单位": ""}


def test_every_column_is_taken_where_none_is_declared_but_personal_ones():
    assert read(workbook(["甲"], ["x"]), required=()).rows[0].cells == {"甲": "x"}
    assert samples.problems(workbook(["手机号码"], ["x"]), required=()) == [("personal_column", 1, "手机号码")]


def test_declared_heading_is_never_personal():
    assert read(workbook(["联系方式"], ["x"]), required=["联系方式"]).rows


def test_first_visible_sheet_is_read():
    def prepare(book):
        book.create_sheet("藏", 0).append(["无关"])
        book["藏"].sheet_state = "hidden"
        book.create_sheet("说明").append(["=1+1"])
        book.active = 1

    assert read(workbook(prepare=prepare)).rows[0].cells["姓名"] == "张三"


def shared_strings() -> bytes:
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for number, row in enumerate([HEADINGS, ["张三", ""], ["张三", "A2"]]):
            sheet.write_row(number, 0, row)
        sheet.write_rich_string(1, 1, "A", bold, "1")
    return content.getvalue()


def test_strings_kept_apart_from_the_sheet():
    assert [list(row.cells.values()) for row in read(shared_strings()).rows] == [["张三", "A1"], ["张三", "A2"]]


def test_string_that_is_not_there():
    parts = samples.parts_of(shared_strings())
    del parts["xl/sharedStrings.xml"]
    assert samples.problems(samples.packed(parts)) == [("damaged_file", None, "")]


def test_list_validation_is_no_formula():
    def prepare(book):
        choices = openpyxl.worksheet.datavalidation.DataValidation(type="list", formula1='"甲,乙"')
        book.active.add_data_validation(choices)
        choices.add("B2:B9")

    assert read(workbook(prepare=prepare)).rows
    extension = b'<extLst><ext><x14:f xmlns:x14="x">A1</x14:f></ext></extLst></worksheet>'
    assert read(samples.with_sheet((b"</worksheet>", extension))).rows


def test_prefixed_sheet_is_surveyed_too():
    prefixed = samples.parts_of(workbook(HEADINGS, ["张三", 12]))[samples.SHEET]
    prefixed = prefixed.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"xmlns=", b"xmlns:x=")
    parts = samples.parts_of(workbook()) | {samples.SHEET: prefixed}
    assert read(samples.packed(parts)).rows[0].number == 2
    parts[samples.SHEET] = prefixed.replace(b"<x:v>12", b"<x:f>1+1</x:f><x:v>12")
    assert samples.problems(samples.packed(parts)) == [("formula", 2, "执法证号")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_15_16_19_csv_is_read(encoding, delimiter):
    text = f'姓名{delimiter}执法证号\n"张{delimiter}\n三"{delimiter}A1\n'
    table = read(text.encode(encoding), "a.csv")
    assert table.headings == HEADINGS
    assert table.rows[0].cells["姓名"] == f"张{delimiter}\n三"
    assert table.encoding == ("utf-8-sig" if encoding.startswith("utf") else "gb18030")


def test_16_characters_of_four_bytes():
    assert read(csv_of("㐀𠮷\U0002ebf0,A1", "gb18030"), "a.csv").rows[0].cells["姓名"] == "㐀𠮷\U0002ebf0"


CODES_OF_2022 = {
    "a6d9a6daa6dba6dca6dda6dea6dfa6eca6eda6f3": "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19",
    "fe59fe61fe66fe67fe6dfe7efe90fea0": "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
}


@pytest.mark.parametrize(("codes", "text"), CODES_OF_2022.items())
def test_17_codes_that_gb18030_2022_moved(codes, text):
    data = csv_of("", "gb18030") + bytes.fromhex(codes) + b",A1"
    assert read(data, "a.csv").rows[0].cells["姓名"] == text


@pytest.mark.parametrize("source", [bytes, BytesIO])
def test_sources(source, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook())
    assert read(source(workbook())) == read(path)


def test_no_temporary_file_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read(workbook())
    samples.problems(samples.with_sheet((b"</sheetData>", b"")))
    assert not list(tmp_path.iterdir())


def test_refusal_is_a_validation_error_with_every_code():
    refusal = SheetRefused([Problem(3, "姓名", "缺。", "blank"), Problem(None, "", "坏。", "damaged_file")])
    assert [error.code for error in refusal.error_list] == ["blank", "damaged_file"]
    assert len(refusal.messages) == 2
    assert refusal.problems[0].as_dict() == {"row": 3, "column": "姓名", "message": "缺。", "code": "blank"}
