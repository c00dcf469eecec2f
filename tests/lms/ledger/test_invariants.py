import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import connection

from lms.ledger import invariants
from lms.ledger.models import Entry, ImportedRecord
from lms.ledger.services.posting import Claim, post_entry, reverse_entry
from lms.people.access import Role
from tests import factory

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 10, 28, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
TABLES = ("ledger_entry", "ledger_importedrecord", "rules_ruleversion")


@pytest.fixture
def book(rules, access, officer):
    """A timed line, a line of political theory, and one that was reversed; a clerk with a role."""
    lines = []
    for number, category in enumerate(("LAW", "POLITICS", "LAW")):
        record = ImportedRecord.objects.create(
            batch="X", row_number=number, officer=officer, source_key=f"X{number}", occurred_on=DAY.date(),
            title="课程", layer="ONLINE", hours=1, credits=0,
        )  # fmt: skip
        evidence, quantity = f"ledger.importedrecord:{record.pk}", {"minutes": 45}
        lines.append(
            post_entry(officer, Claim("R05", evidence, "课程", "ONLINE", DAY, quantity, category, timed=False))
        )
    lines.append(reverse_entry(lines[2], posted_by="测试", reason="记错"))
    factory.make_staff(Role.TEAM_CLERK, officer.unit)
    return lines


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_all_hold_on_a_sound_book(book, capsys):
    call_command("audit_invariants", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["broken"] == []
    assert found["checked"] == len(invariants.INVARIANTS)


BREAKS = [
    ("sums_agree", "UPDATE ledger_entry SET year = 2025"),
    ("sums_agree", "UPDATE ledger_entry SET layer = 'OTHER'"),
    ("versions_in_force", "UPDATE ledger_entry SET occurred_on = '2019-05-01'"),
    ("versions_in_force", "UPDATE rules_ruleversion SET checked_by_id = NULL"),
    ("evidence_once", "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_evidence_key", "UPDATE ledger_entry SET evidence = 'x:1'"),
    ("evidence_exists", "UPDATE ledger_entry SET evidence = 'ledger.importedrecord:0' WHERE category = 'POLITICS'"),
    ("evidence_exists", "UPDATE ledger_entry SET evidence = 'ledger.importedrecord:x' WHERE category = 'POLITICS'"),
    ("evidence_exists", "UPDATE ledger_entry SET evidence = 'forged' WHERE category = 'POLITICS'"),
    ("day_caps", "UPDATE ledger_entry SET hours = 3.25 WHERE reverses_id IS NULL"),
    ("day_caps", "UPDATE ledger_entry SET layer = 'UNIT', hours = 8.25 WHERE reverses_id IS NULL"),
    ("politics_apart", "UPDATE ledger_entry SET counts_hours = true"),
    ("politics_apart", "UPDATE ledger_entry SET counts_credits = true"),
    ("thresholds_apart", "UPDATE ledger_obligation SET layers = '{}'"),
    ("prorated_within", "UPDATE ledger_obligation SET hours = 60.5"),
    ("prorated_within", """UPDATE ledger_obligation SET layers = '{"TEAM": {"hours": "20.5", "credits": "8"}}'"""),
    ("districts_add_up", "UPDATE people_officer SET unit_id = (SELECT id FROM people_orgunit WHERE depth = 1)"),
    ("served_where_listed", "UPDATE people_officer SET unit_id = (SELECT id FROM people_orgunit WHERE code = 'PD-01')"),
    ("served_where_listed", "UPDATE people_posting SET during = '[2015-07-01,2020-01-01)'"),
    ("groups_follow_grants", "DELETE FROM people_user_groups"),
    ("groups_follow_grants", "UPDATE people_rolegrant SET ended_at = now()"),
    ("reversals_opposite", "UPDATE ledger_entry SET hours = -2 WHERE reverses_id IS NOT NULL"),
    ("reversals_opposite", "UPDATE ledger_entry SET layer = 'TEAM' WHERE reverses_id IS NOT NULL"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "statements"), [(name, rest) for name, *rest in BREAKS])
def test_goes_red_when_broken(book, name, statements):
    execute(*[text if isinstance(text, str) else text[0] for text in statements])
    assert getattr(invariants, name)() is not None


def test_second_reversal_is_named(book):
    columns = [field.column for field in Entry._meta.concrete_fields if field.column != "id"]
    values = ", ".join({"seq": "99", "evidence": "'reversal:x'"}.get(column, column) for column in columns)
    execute(
        "ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_reverses_id_key",
        f"INSERT INTO ledger_entry ({', '.join(columns)}) SELECT {values} FROM ledger_entry WHERE id = {book[3].pk}",
    )
    assert invariants.reversals_opposite() == f"ledger.entry:{Entry.objects.first().pk}"


@pytest.mark.parametrize(
    "state", ["DISABLE TRIGGER ledger_entry_append_only", "ENABLE REPLICA TRIGGER ledger_entry_append_only"]
)
def test_switched_off_trigger_is_named(book, state):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE ledger_entry {state}")
    assert invariants.append_only() == "ledger_entry"


def test_command_exits_2_and_names_it(book, capsys):
    execute("UPDATE ledger_obligation SET hours = 61")
    with pytest.raises(SystemExit) as exit_:
        call_command("audit_invariants", "--json")
    assert exit_.value.code == 2
    assert [one["invariant"] for one in json.loads(capsys.readouterr().out)["broken"]] == ["prorated_within"]
