"""Rows 1 to 20 of the bad inputs: what must be refused, and under which code."""

import zipfile
from io import BytesIO

import pytest

from . import samples
from .samples import HEADINGS, csv_of, packed, parts_of, problems, with_part, with_sheet, workbook

LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
EXTERNAL = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
UTF16_DTD = ('<?xml version="1.0" encoding="utf-16"?>' + EXTERNAL.decode() + "<x>&a;</x>").encode("utf-16")


def merge(*ranges):
    def prepare(book):
        for cells in ranges:
            book.active.merge_cells(cells)

    return prepare


def symlink() -> bytes:
    info = zipfile.ZipInfo("xl/link")
    info.external_attr = 0o120777 << 16
    return packed([*parts_of(workbook()).items(), (info, b"/etc/passwd")])


WHOLE_FILE = {
    "1 zip bomb": (samples.bomb(), "too_large"),
    "1 many small bombs": (samples.small_bombs(), "too_large"),
    "2 bomb that claims 1000 bytes": (samples.lying(samples.bomb()), "too_large"),
    "2 small lie": (samples.lying(workbook()), "damaged_file"),
    "3 nested zip": (with_part("xl/media/image1.png", packed({"a": b"b"})), "nested_archive"),
    "3 nested by name": (with_part("xl/a.zip", b"x"), "nested_archive"),
    "5 billion laughs": (samples.doctype(LAUGHS), "xml_dtd"),
    "6 external entity": (samples.doctype(EXTERNAL), "xml_dtd"),
    "6 external entity in the strings": (with_part("xl/sharedStrings.xml", EXTERNAL + b"<sst/>"), "xml_dtd"),
    "6 external entity in UTF-16": (with_part("xl/theme/theme1.xml", UTF16_DTD), "damaged_file"),
    "7 macro": (with_part("xl/vbaProject.bin", b"x"), "macro"),
    "7 renamed macro": (with_part("[Content_Types].xml", b"<Types>vbaProject</Types>"), "macro"),
    "7 external link": (with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "external_link"),
    "7 embedded object": (with_part("xl/embeddings/object1.bin", b"x"), "embedded_object"),
    "7 embedded OLE": (with_part("xl/media/image1.png", samples.ole("Workbook")), "embedded_object"),
    "8 BIFF named .xlsx": (samples.ole("Workbook"), "old_format"),
    "8 csv named .xlsx": (csv_of("张三,A1"), "not_xlsx"),
    "8 another zip named .xlsx": (packed({"word/document.xml": b"<x/>"}), "not_xlsx"),
    "9 password": (samples.ole("EncryptedPackage"), "encrypted"),
    "zip encryption": (samples.flagged(workbook(), 1), "encrypted"),
    "climbing name": (with_part("xl/../../evil", b"x"), "unsafe_name"),
    "absolute name": (with_part("/etc/evil", b"x"), "unsafe_name"),
    "Windows name": (with_part("a\\..\\evil", b"x"), "unsafe_name"),
    "symlink": (symlink(), "symlink"),
    "case twin": (packed([*parts_of(workbook()).items(), ("XL/Workbook.xml", b"<x/>")]), "duplicate_part"),
    "too many parts": (packed({f"{number}": b"" for number in range(2_001)}), "too_many_parts"),
    "cut short": (workbook()[:-100], "damaged_file"),
    "broken XML": (with_sheet((b"</sheetData>", b"")), "damaged_file"),
    "cell far away": (samples.far_cell(), "too_large"),
    "long string in many cells": (samples.repeated_string(), "too_large"),
    "cell without a place": (samples.with_rows(b"<row><c><v>1</v></c></row>"), "damaged_file"),
    "empty": (with_sheet((b"<sheetData>", b"<sheetData/><x>"), (b"</sheetData>", b"</x>")), "empty"),
}


@pytest.mark.parametrize(("data", "code"), WHOLE_FILE.values(), ids=WHOLE_FILE)
def test_workbook_is_refused_whole(data, code):
    assert problems(data) == [(code, None, "")]


@pytest.mark.parametrize("name", ["名单.xls", "名单.et", "名单.xlsm", "名单", "名单.csv"])
def test_8_only_two_suffixes_and_no_zip_under_a_wrong_one(name):
    assert problems(workbook(), name) == [("unknown_format", None, "")]


CELLS = {
    "10 formula": (workbook(HEADINGS, ["张三", "=1+1"]), [("formula", 2, "执法证号")]),
    "10 formula in the headings": (workbook([*HEADINGS, "=1+1"]), [("formula", 1, "")]),
    "10 formula without a value, beyond the last cell": (
        samples.with_rows(b'<row r="9"><c r="D9"><f>1+1</f></c></row>'),
        [("formula", 9, "")],
    ),
    "10 error value": (
        samples.with_rows(b'<row r="9"><c r="A9" t="e"><v>#N/A</v></c></row>'),
        [("error_value", 9, "姓名")],
    ),
    "10 NUL": (workbook(HEADINGS, ["张三", "_x0000_"]), [("nul", 2, "执法证号")]),
    "12 rounded number": (workbook(HEADINGS, ["张三", 4.10105e17]), [("number_as_text", 2, "执法证号")]),
    "12 identity number": (
        workbook([*HEADINGS, "身份证号", "联系 电话"], ["张三", "A1", "", ""]),
        [("personal_column", 1, "身份证号"), ("personal_column", 1, "联系 电话")],
    ),
    "13 duplicate heading": (workbook(["姓名", "执法证号", "姓 名"]), [("duplicate_heading", 1, "姓名")]),
    "13 missing and unknown heading": (
        workbook(["姓名", "单位"]),
        [("unknown_heading", 1, "单位"), ("missing_heading", 1, "执法证号")],
    ),
    "13 blank heading": (workbook(["姓名", None, "执法证号"]), [("blank_heading", 1, "")]),
    "13 merged heading": (
        workbook(prepare=merge("B1:C1")),
        [("merged_heading", 1, ""), ("missing_heading", 1, "执法证号")],
    ),
    "13 merged cells": (
        workbook(HEADINGS, ["张三", "A1"], ["", "A2"], prepare=merge("A2:A3")),
        [("merged_cell", 2, "姓名")],
    ),
    "heading not in the first row": (workbook([], HEADINGS, ["张三", "A1"]), [("missing_heading", None, "")]),
    "cell without a heading": (workbook(HEADINGS, ["张三", "A1", "x"]), [("extra_cell", 2, "")]),
}


@pytest.mark.parametrize(("data", "expected"), CELLS.values(), ids=CELLS)
def test_problem_names_its_row_and_column(data, expected):
    assert problems(data) == expected


TEXTS = {
    "18 UTF-16": (csv_of("张三,A1", "utf-16"), [("utf16", None, "")]),
    "18 UTF-16 without a mark": (csv_of("张三,A1", "utf-16-le"), [("nul", 1, "")]),
    "18 NUL": (csv_of("张三,A\0001"), [("nul", 2, "")]),
    "18 UTF-8, then GBK": (csv_of("张三,A1\r\n") + "李四,A2".encode("gbk"), [("encoding", 3, "")]),
    "18 UTF-8 cut short": (csv_of("张三,A1\r\n李四")[:-1], [("encoding", 3, "")]),
    "18 GBK cut short": (csv_of("张三,A1\r\n李四", "gbk")[:-1], [("encoding", 3, "")]),
    # The mark is three bytes: after it, a single letter makes the rest sound gb18030 again.
    "18 marked as UTF-8, but GBK": (b"\xef\xbb\xbf" + "姓名x,执法证号".encode("gbk"), [("encoding", 1, "")]),
    "19 field of 10 MB": (csv_of("x" * 10_000_000), [("field_too_long", 2, "")]),
    "19 field of 110,000": (csv_of("x" * 110_000), [("field_too_long", 2, "")]),
    "19 row of many fields": (csv_of('"\n",' * 400_000), [("field_too_long", 2, "")]),
    "19 quote left open": (csv_of('张三,"A1'), [("malformed_csv", 2, "")]),
    "19 file of 20 MB": (csv_of("x,y\n" * 5_300_000), [("too_large", None, "")]),
    "empty": (b"", [("empty", None, "")]),
    "zip named .csv": (workbook(), [("unknown_format", None, "")]),
    "too many fields": (csv_of("张三,A1,x"), [("extra_cell", 2, "")]),
}


@pytest.mark.parametrize(("data", "expected"), TEXTS.values(), ids=TEXTS)
def test_csv_is_refused(data, expected):
    assert problems(data, "名单.csv") == expected


def test_encoding_problem_names_the_byte():
    data = csv_of("张三,A1\r\n李四")[:-1]
    with pytest.raises(samples.SheetRefused) as refusal:
        samples.read(data, "名单.csv")
    assert str(len(data) - 2) in refusal.value.problems[0].message


def test_many_problems_are_cut_off():
    found = problems(workbook(HEADINGS, *[["张三", 4e17]] * 300))
    assert len(found) == 201
    assert found[-1] == ("more_problems", None, "")


def test_too_many_rows():
    found = problems(workbook(HEADINGS, *[["张三", "A1"]] * 4), max_rows=3)
    assert found == [("too_many_rows", 5, "")]


@pytest.mark.parametrize("cut", range(0, 6000, 97))
def test_no_damage_is_more_than_a_refusal(cut):
    data = bytearray(workbook())
    data[cut % len(data)] ^= 0x5A
    problems(bytes(data))
    parts = parts_of(workbook())
    sheet = bytearray(parts[samples.SHEET])
    sheet[cut % len(sheet)] ^= 0x15
    problems(packed(parts | {samples.SHEET: bytes(sheet)}))


def test_file_object_is_read_no_further_than_the_cap():
    source = BytesIO(bytes(30 * 1024 * 1024))
    assert problems(source, "名单.csv") == [("too_large", None, "")]
    assert source.tell() <= 20 * 1024 * 1024 + 1
