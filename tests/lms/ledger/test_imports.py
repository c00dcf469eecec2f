"""Old 学籍 lines: all or nothing, once, and the same chain that posting one by one would write."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from lms.audit.chain import GENESIS, row_hash
from lms.audit.models import AuditEvent
from lms.ledger.models import Entry, ImportedRecord, Obligation
from lms.ledger.record_file import REQUIRED
from lms.ledger.services.imports import import_records
from lms.ledger.services.obligations import ensure_obligation
from lms.ledger.services.posting import reverse_entry
from lms.people.services.postings import transfer
from lms.sheets.export import write_csv, write_xlsx
from lms.sheets.table import read_table
from tests import factory

pytestmark = pytest.mark.usefixtures("rules")


def line(key="A1", **cells) -> dict:
    values = [key, "T-XH-0173", "2026-03-05", "队列训练", "科队训练", "4", "1.6"]
    return {**dict(zip(REQUIRED, values, strict=True)), **cells}


def sheet(*lines: dict) -> bytes:
    return write_csv(REQUIRED, [[one[heading] for heading in REQUIRED] for one in lines])


def run(*lines: dict, **options):
    return import_records(sheet(*lines), "学籍.csv", actor="测试", **options)


def codes(outcome) -> list[tuple]:
    return [(problem.row, problem.column, problem.code) for problem in outcome.errors]


def rows() -> list[int]:
    return [model.objects.count() for model in (ImportedRecord, Entry, Obligation, AuditEvent)]


def test_line_becomes_a_record_and_an_entry(officer):
    outcome = run(line(), line("A2", 层级="ONLINE", 学时="1.25", 学分="0.5"))
    assert (outcome.rows, outcome.created, outcome.unchanged, outcome.errors) == (2, 2, 0, [])
    record, entry = ImportedRecord.objects.get(source_key="A1"), Entry.objects.get(title="队列训练", layer="TEAM")
    assert entry.evidence == f"ledger.importedrecord:{record.pk}"
    assert (entry.hours, entry.credits, entry.rule_version.rule.code) == (Decimal(4), Decimal("1.6"), "R00")
    assert (entry.officer, entry.unit, entry.occurred_on) == (officer, officer.unit, date(2026, 3, 5))


def test_obligation_is_that_of_posting(districts):
    for number, entered in enumerate([date(2015, 7, 1), date(2026, 3, 1), None]):
        staff_no = f"T-{number}"
        factory.make_officer(districts["XH-01"], staff_no, entered_on=entered or date(2014, 1, 1))
        other = factory.make_officer(districts["XH-01"], f"U-{number}", entered_on=entered or date(2014, 1, 1))
        run(line(f"K{number}", 人员编号=staff_no))
        names = ("hours", "credits", "layers", "months", "reason", "rule_version_id")
        made, wanted = Obligation.objects.get(officer__staff_no=staff_no), ensure_obligation(other, 2026)
        wanted.refresh_from_db()
        assert [getattr(made, name) for name in names] == [getattr(wanted, name) for name in names]


def test_chain_holds_over_streams_and_batches(districts, officer):
    factory.make_officer(districts["PD-01"], "T-PD-1")
    run(line(), line("A2", 人员编号="T-PD-1"), line("A3", 发生日期="2025-12-31"), line("A4"))
    run(line("A5"), line("A6", 人员编号="T-PD-1"))
    streams = Entry.objects.order_by().values_list("stream", flat=True).distinct()
    assert len(streams) == 3
    for stream in streams:
        previous = GENESIS
        for seq, entry in enumerate(Entry.objects.filter(stream=stream).order_by("pk"), 1):
            previous = row_hash(previous, entry.chained_values())
            assert (entry.seq, entry.row_hash) == (seq, previous)
    call_command("verify_ledger", verbosity=0)


def test_hours_stay_with_the_unit_of_their_day(districts, officer):
    transfer(officer, districts["PD-01"], actor="测试", reason="调动", on=date(2026, 2, 1))
    run(line("A1", 发生日期="2026-01-31"), line("A2", 发生日期="2026-02-01"))
    assert list(Entry.objects.order_by("occurred_on").values_list("unit__code", flat=True)) == ["XH-01", "PD-01"]


def test_second_time_changes_nothing(officer):
    run(line(), line("A2"))
    before = rows()
    outcome = run(line(), line("A2"))
    assert (outcome.created, outcome.unchanged) == (0, 2)
    assert rows()[:3] == before[:3]


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"人员编号": "T-9"}, "人员编号", "unknown_officer"),
        ({"发生日期": "2026/2/30"}, "发生日期", "bad_date"),
        ({"发生日期": "2999-01-01"}, "发生日期", "future_date"),
        ({"发生日期": "2001-01-01"}, "发生日期", "no_rule"),
        ({"事项": ""}, "事项", "blank"),
        ({"事项": "长" * 121}, "事项", "too_long"),
        ({"层级": "别的"}, "层级", "unknown_choice"),
        ({"学时": "四"}, "学时", "bad_number"),
        ({"学时": Decimal(-1)}, "学时", "number_range"),
        ({"学时": "NaN"}, "学时", "number_range"),
        ({"学时": "1e9"}, "学时", "number_range"),
        ({"学时": "1.001"}, "学时", "too_precise"),
        ({"学分": "0.25"}, "学分", "too_precise"),
        ({"原系统编号": "A0"}, "原系统编号", "duplicate_source_key"),
    ],
)
def test_bad_line_stops_all(officer, cells, column, code):
    outcome = run(line("A0"), line(**cells))
    assert codes(outcome) == [(3, column, code)]
    assert rows() == [0, 0, 0, 0]


def test_same_key_with_other_content_is_refused(officer):
    run(line())
    assert codes(run(line("A2"), line(学时="5"))) == [(3, "原系统编号", "source_key_conflict")]
    assert ImportedRecord.objects.count() == 1


def test_dry_run_writes_nothing_and_says_what_would_be(officer):
    outcome = run(line(), dry_run=True)
    assert (outcome.created, outcome.person_years[0].agrees, rows()) == (1, True, [0, 0, 0, 0])


def test_reconciliation_shows_what_the_book_holds(officer):
    outcome = run(line(), line("A2", 学时="1.10"))
    (row,) = outcome.person_years
    assert (row.lines, row.file_hours, row.ledger_hours, row.agrees) == (2, Decimal("5.10"), Decimal("5.00"), False)
    reverse_entry(Entry.objects.get(quantity__hours="4.00"), posted_by="测试", reason="错")
    (row,) = run(line(), line("A2", 学时="1.10")).person_years
    assert row.ledger_hours == Decimal("1.00")


def test_without_audit_no_import(officer, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(AuditEvent, "save", refuse)
    with pytest.raises(OSError, match="disk full"):
        run(line())
    assert rows() == [0, 0, 0, 0]


def test_command(officer, tmp_path, capsys):
    path, totals = tmp_path / "学籍.csv", tmp_path / "对账.xlsx"
    path.write_bytes(sheet(line()))
    call_command("import_records", str(path), "--json", f"--reconciliation={totals}")
    printed = json.loads(capsys.readouterr().out)
    assert (printed["rows"], printed["created"], printed["errors"], printed["dry_run"]) == (1, 1, [], False)
    assert printed["reconciliation"][0]["ledger_hours"] == "4.00"
    assert read_table(totals, filename="对账.xlsx").rows[0].cells["一致"] == "是"
    path.write_bytes(sheet(line("A2", 学时="x")))
    with pytest.raises(SystemExit) as stop:
        call_command("import_records", str(path), "--json")
    assert (stop.value.code, json.loads(capsys.readouterr().out)["errors"][0]["code"]) == (1, "bad_number")


@pytest.mark.parametrize("count", [2_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_many_lines_at_once(districts, count):
    people = [factory.make_officer(districts["XH-01"], f"T-{number}") for number in range(40)]
    lines = [
        [f"K{number}", people[number % 40].staff_no, date(2021 + number % 6, 1 + number % 9, 1 + number % 28), "旧系统学时",
         "全员普训", "0.5", "0.2"]
        for number in range(count)
    ]  # fmt: skip
    data = write_xlsx("学籍", REQUIRED, lines)
    outcome = import_records(data, "学籍.xlsx", actor="测试")
    assert (outcome.created, outcome.errors) == (count, [])
    assert all(row.agrees for row in outcome.person_years)
