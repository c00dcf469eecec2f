import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from lms.audit.chain import row_hash
from lms.audit.heads import read_heads
from lms.audit.models import AuditEvent
from lms.audit.services import record
from lms.ledger.models import Entry
from lms.ledger.services.posting import Claim, post_entry
from lms.ledger.services.verification import verify

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 10, 28, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def heads_file(tmp_path, settings):
    settings.CHAIN_HEADS_FILE = tmp_path / "heads.jsonl"


@pytest.fixture
def lines(rules, officer):
    """Five lines of one stream, with texts that are awkward to encode."""
    titles = ["课程", '引号"与\\反斜杠', "换行\n与制表\t", "𠮷㛃\u2028", "末行"]
    return [
        post_entry(officer, Claim("R05", f"test:{n}", title, "ONLINE", DAY, {"minutes": 20, "a": n}, timed=False))
        for n, title in enumerate(titles)
    ]


def tamper(*statements: str, table: str = "ledger_entry") -> None:
    """As the owner of the table can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table_trigger(table)}")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table_trigger(table)}")


def table_trigger(table: str) -> str:
    return "audit_append_only" if table == "audit_auditevent" else f"{table}_append_only"


def copy_of(entry: Entry, seq: int, hash_: str) -> str:
    columns = [field.column for field in Entry._meta.concrete_fields if field.column != "id"]
    changed = {"seq": str(seq), "row_hash": f"'{hash_}'", "evidence": f"'forged:{seq}'"}
    values = ", ".join(changed.get(column, column) for column in columns)
    return f"INSERT INTO ledger_entry ({', '.join(columns)}) SELECT {values} FROM ledger_entry WHERE id = {entry.pk}"


def only_break() -> tuple:
    """(chain, seq, kind, row) of the single break."""
    [found] = verify().as_dict()["breaks"]
    return found["chain"], found["seq"], found["kind"], found["row"]


def test_clean_chain_appends_its_heads(lines):
    report = verify()
    assert (report.breaks, report.rows) == ([], 5 + AuditEvent.objects.count())
    stream = lines[0].stream
    assert read_heads()["ledger", stream].seq == 5
    verify()  # nothing new: nothing appended
    assert len(settings.CHAIN_HEADS_FILE.read_text().splitlines()) == len(report.heads)


@pytest.mark.parametrize(
    "change",
    [
        "hours = 9",
        "note = 'x'",
        "obligation_id = obligation_id + 0, quantity = '{\"minutes\": 99}'",
        "capped_hours = 1",
    ],
)
def test_altered_row_is_named(lines, change):
    tamper(f"UPDATE ledger_entry SET {change} WHERE id = {lines[2].pk}")
    assert only_break() == ("ledger", 3, "altered", lines[2].pk)


def test_row_deleted_in_the_middle_is_missing(lines):
    tamper(f"DELETE FROM ledger_entry WHERE id = {lines[2].pk}")
    assert only_break() == ("ledger", 3, "missing", None)


def test_tail_deleted_is_found_by_the_exported_head(lines):
    verify()
    tamper(f"DELETE FROM ledger_entry WHERE id IN ({lines[3].pk}, {lines[4].pk})")
    assert only_break() == ("ledger", 4, "missing", None)


def test_whole_stream_deleted_is_found_by_the_exported_head(lines):
    verify()
    tamper("DELETE FROM ledger_entry")
    assert only_break() == ("ledger", 1, "missing", None)


def test_tail_rewritten_with_right_hashes_is_found_by_the_exported_head(lines, officer):
    verify()
    tamper(f"DELETE FROM ledger_entry WHERE id = {lines[4].pk}")
    claim = Claim("R05", "test:new", "另一行", "ONLINE", DAY, {"minutes": 20}, timed=False)
    forged = post_entry(officer, claim)
    assert only_break() == ("ledger", 5, "altered", forged.pk)


def test_swapped_rows_are_reordered(lines):
    a, b = lines[1], lines[3]
    tamper(
        f"UPDATE ledger_entry SET seq = 99 WHERE id = {a.pk}",
        f"UPDATE ledger_entry SET seq = {a.seq} WHERE id = {b.pk}",
        f"UPDATE ledger_entry SET seq = {b.seq} WHERE id = {a.pk}",
    )
    assert only_break() == ("ledger", 2, "reordered", b.pk)


def test_row_appended_with_a_wrong_hash_is_added(lines):
    verify()
    tamper(copy_of(lines[0], 6, "0" * 64))
    assert only_break() == ("ledger", 6, "added", Entry.objects.first().pk)


def test_row_appended_beyond_the_end_leaves_a_gap(lines):
    verify()
    tamper(copy_of(lines[0], 8, "0" * 64))
    assert only_break() == ("ledger", 6, "missing", None)


def test_row_appended_with_the_right_hash_passes_the_chain(lines):
    """The hash has no secret: such a row is caught by its evidence, which does not exist (audit_invariants)."""
    tamper(copy_of(lines[4], 6, "0" * 64))
    forged = Entry.objects.first()
    tamper(
        f"UPDATE ledger_entry SET row_hash = '{row_hash(lines[4].row_hash, forged.chained_values())}' WHERE id = {forged.pk}"
    )
    assert verify().breaks == []


def test_audit_log_is_walked_too(officer):
    events = [record("people.test", actor="甲", target=officer, note={"b": [1, None], "a": "x:1,y"}) for _ in range(3)]
    assert verify().breaks == []
    tamper(
        f"UPDATE audit_auditevent SET detail = '{{\"note\": 1}}' WHERE id = {events[1].pk}", table="audit_auditevent"
    )
    assert only_break() == ("audit", 2, "altered", events[1].pk)


def test_one_broken_stream_hides_no_other(lines, districts, officer):
    officer.postings.all().delete()
    officer.unit = districts["PD-01"]
    other = post_entry(officer, Claim("R05", "test:pd", "课程", "TEAM", DAY, {"minutes": 20}, timed=False))
    tamper(f"UPDATE ledger_entry SET title = 'x' WHERE id IN ({lines[0].pk}, {other.pk})")
    assert {found.row_id for _, found in verify().breaks} == {lines[0].pk, other.pk}


def test_commands_exit_by_the_result(lines, capsys):
    call_command("verify_ledger", "--json")
    assert json.loads(capsys.readouterr().out)["breaks"] == []
    tamper(f"DELETE FROM ledger_entry WHERE id = {lines[4].pk}")
    for command in ("verify_ledger", "export_heads"):
        with pytest.raises(SystemExit) as exit_:
            call_command(command)
        assert exit_.value.code == 2
