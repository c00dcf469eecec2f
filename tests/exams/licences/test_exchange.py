"""The package that goes out, and the readers of what comes in. Nothing here needs the database."""

import csv
import json
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import pytest

from exams.licences import exchange, result_file
from lms.sheets.export import write_csv, write_xlsx
from lms.sheets.table import read_table
from tests.exams.licences.exchange import HEADINGS, package, table

TODAY = date(2026, 11, 22)
GOOD = {
    "人员编号": "T-1", "姓名": "测试员", "结果": "核发", "申请编号": "SQ00000001", "证件编号": "测试A0001",
    "发证日期": "2026-11-20", "有效期起": "2026-11-20", "有效期至": "2031-11-19",
}  # fmt: skip
SUSPENDED = {
    "人员编号": "T-1", "姓名": "测试员", "结果": "暂扣", "证件编号": "测试A0001", "生效日期": "2026-11-20",
    "暂扣至": "2026-12-20", "原因": "调查期间",
}  # fmt: skip


def row(**cells) -> list[str]:
    return [cells.get(heading, "") for heading in HEADINGS]


def read(data: bytes, name="results.csv", checksum: str | None = None):
    return result_file.read(data, name, exchange.digest(data) if checksum is None else checksum, TODAY)


def codes(reading) -> list[tuple]:
    return [(problem.row, problem.column, problem.code) for problem in reading.problems]


def test_the_package_holds_both_tables_and_vouches_for_them():
    rows = [["SQ00000001", "首次申领", "T-1", "=1+1", "男", "U1", "一中队", "行政执法证", "测试区", None, TODAY, None]]
    content = exchange.pack("BS2026-0001", datetime(2026, 11, 22, 8, 0, tzinfo=UTC), rows)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    assert (manifest["batch"], manifest["rows"]) == ("BS2026-0001", 1)
    assert {file["name"]: file["sha256"] for file in manifest["files"]} == {
        name: exchange.digest(part) for name, part in parts.items()
    }
    lines = list(csv.reader(StringIO(parts["applications.csv"].decode("utf-8-sig"))))
    assert lines[0] == exchange.HEADINGS
    assert lines[1][3] == "'=1+1"  # nothing a person typed becomes a formula
    assert len(read_table(parts["applications.xlsx"], filename="a.xlsx").rows) == 1


@pytest.mark.parametrize(
    ("text", "pk"), [("SQ00000042", 42), (" SQ00000042 ", 42), ("42", None), ("SQ42", None), ("sq00000042", None)]
)
def test_application_numbers(text, pk):
    assert exchange.application_pk(text) == pk
    assert exchange.application_pk(exchange.application_number(7)) == 7


def test_a_table_is_read_as_it_says():
    reading = read(table(row(**GOOD), row(**SUSPENDED | {"人员编号": "T-2", "证件编号": "测试A0002"})))
    assert reading.problems == []
    first, second = reading.lines
    assert (first.verb, first.certificate, first.valid_until) == ("issue", "测试A0001", date(2031, 11, 19))
    assert (second.verb, second.effective_on, second.until) == ("suspend", date(2026, 11, 20), date(2026, 12, 20))


def test_a_row_is_known_again_in_another_file():
    [first] = read(table(row(**GOOD))).lines
    second = read(table(row(**GOOD | {"人员编号": "T-9", "申请编号": "", "结果": "不予核发"}), row(**GOOD))).lines[-1]
    [other] = read(table(row(**GOOD | {"证件编号": "测试A0002"}))).lines
    assert first.key == second.key != other.key


@pytest.mark.parametrize(
    ("base", "changed", "column", "code"),
    [
        (GOOD, {"人员编号": ""}, "人员编号", "blank"),
        (GOOD, {"姓名": ""}, "姓名", "blank"),
        (GOOD, {"结果": ""}, "结果", "unknown_result"),
        (GOOD, {"结果": "发证"}, "结果", "unknown_result"),
        (GOOD, {"申请编号": ""}, "申请编号", "blank"),
        (GOOD, {"证件编号": ""}, "证件编号", "blank"),
        (GOOD, {"有效期至": ""}, "有效期至", "blank"),
        (GOOD, {"发证日期": "去年"}, "发证日期", "bad_date"),
        (GOOD, {"发证日期": "2026-02-30"}, "发证日期", "bad_date"),
        (GOOD, {"发证日期": "1926-11-20"}, "发证日期", "date_out_of_range"),
        (GOOD, {"发证日期": "2026-11-23"}, "发证日期", "future_date"),
        (GOOD, {"有效期至": "2026-11-20"}, "有效期至", "date_order"),
        (GOOD, {"证件编号": "11010119900101123X"}, "证件编号", "identity_number"),
        (GOOD, {"证件编号": "A 1"}, "证件编号", "bad_number"),
        (GOOD, {"证件编号": "A1"}, "证件编号", "bad_number"),
        (GOOD, {"执法区域": "区" * 61}, "执法区域", "too_long"),
        (GOOD, {"原因": "好"}, "原因", "not_applicable"),
        (GOOD, {"暂扣至": "2026-12-20"}, "暂扣至", "not_applicable"),
        (SUSPENDED, {"原因": ""}, "原因", "blank"),
        (SUSPENDED, {"原因": "因" * 201}, "原因", "too_long"),
        (SUSPENDED, {"生效日期": ""}, "生效日期", "blank"),
        (SUSPENDED, {"生效日期": "2026-11-23"}, "生效日期", "future_date"),
        (SUSPENDED, {"暂扣至": "2026-11-19"}, "暂扣至", "date_order"),
        (SUSPENDED, {"申请编号": "SQ00000001"}, "申请编号", "not_applicable"),
    ],
)
def test_every_bad_cell_is_named_by_row_and_column(base, changed, column, code):
    fine = row(**GOOD | {"人员编号": "T-9", "申请编号": "SQ00000099", "证件编号": "测试A0099"})
    assert (3, column, code) in codes(read(table(fine, row(**base | changed))))


@pytest.mark.parametrize("column", ["人员编号", "申请编号", "证件编号"])
def test_nobody_and_nothing_stands_twice_in_a_file(column):
    other = {"人员编号": "T-2", "申请编号": "SQ00000002", "证件编号": "测试A0002"}
    second = GOOD | {name: value for name, value in other.items() if name != column}
    assert codes(read(table(row(**GOOD), row(**second)))) == [(3, column, "twice")]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (table(), "a.csv", "no_rows"),
        (b"\xff\xfe1", "a.csv", "utf16"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "old_format"),
        (b"x", "a.exe", "unknown_format"),
        (b"PK\x03\x04", "a.csv", "unknown_format"),
        (b"PK\x03\x04broken", "a.xlsx", "damaged_file"),
        (b"broken", "a.zip", "not_zip"),
        (b"PK\x03\x04broken", "a.zip", "damaged_file"),
        (write_csv(["人员编号", "姓名"], []), "a.csv", "missing_heading"),
        (write_csv([*HEADINGS, "身份证号"], []), "a.csv", "personal_column"),
        (write_csv([*HEADINGS, "备注二"], []), "a.csv", "unknown_heading"),
        (write_csv([*HEADINGS, "姓名"], []), "a.csv", "duplicate_heading"),
        (b"x" * (20 * 1024 * 1024 + 1), "a.csv", "too_large"),
        (b"PK\x03\x04" + b"x" * 20 * 1024 * 1024, "a.zip", "too_large"),
    ],
)
def test_a_file_that_is_none_is_refused(data, name, code):
    assert code in [problem.code for problem in read(data, name).problems]


@pytest.mark.parametrize(
    ("checksum", "code"),
    [("", "no_checksum"), ("abc", "bad_checksum"), ("0" * 64, "checksum"), ("g" * 64, "bad_checksum")],
)
def test_a_table_whose_checksum_does_not_fit_is_refused(checksum, code):
    assert codes(read(table(row(**GOOD)), checksum=checksum)) == [(None, "", code)]


def test_a_checksum_may_be_written_in_groups():
    data = table(row(**GOOD))
    assert read(data, checksum=exchange.grouped(exchange.digest(data)).upper()).problems == []


def test_a_sheet_is_read_like_a_table():
    data = write_xlsx("结果", HEADINGS, [row(**GOOD)], notes=result_file.template_notes())
    assert read(data, "results.xlsx").problems == []


def test_a_package_needs_no_told_checksum():
    data = package(table(row(**GOOD)), 1, "BS2026-0001")
    reading = read(data, "results.zip", checksum="")
    assert (reading.problems, reading.batch, reading.rows) == ([], "BS2026-0001", 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"sha256": "0" * 64}, "checksum"),
        ({"sha256": 1}, "bad_manifest"),
        ({"rows": 2}, "row_count"),
        ({"rows": "1"}, "bad_manifest"),
        ({"rows": True}, "bad_manifest"),
        ({"rows": 0}, "bad_manifest"),
        ({"format": "licence-results/2"}, "bad_format"),
        ({"name": "other.csv"}, "foreign_part"),
        ({"name": "results.exe"}, "bad_manifest"),
        ({"batch": "x" * 41}, "bad_manifest"),
        ({"batch": "\n"}, "bad_manifest"),
        ({"more": 1}, "bad_manifest"),
    ],
)
def test_a_package_that_contradicts_its_manifest_is_refused(changed, code):
    assert [problem.code for problem in read(package(table(row(**GOOD)), 1, **changed), "a.zip", "").problems] == [code]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"results.csv": b""}, "no_manifest"),
        ({"manifest.json": b"{"}, "bad_manifest"),
        ({"manifest.json": b"[]"}, "bad_format"),
        ({"manifest.json": b'{"format": "a", "format": "a"}'}, "bad_manifest"),
        ({"manifest.json": b"[" * 100_000}, "bad_manifest"),
        ({"manifest.json": b"\xff"}, "bad_manifest"),
        ({"../evil.csv": b"x"}, "unsafe_name"),
        ({"a.zip": b"PK"}, "nested_archive"),
        ({"results.csv": b"0" * 40_000_000}, "too_large"),
    ],
)
def test_a_hostile_package_is_refused(parts, code):
    data = exchange.zipped(parts, datetime.now(UTC))
    assert [problem.code for problem in read(data, "a.zip", "").problems] == [code]
