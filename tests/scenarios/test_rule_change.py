"""A rule of each shape changed in the middle of a year: before keeps its version, after counts by the new one."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine

from lms.ledger.counting import replay
from lms.ledger.models import Entry, Obligation
from lms.ledger.services.obligations import ensure_obligation
from lms.ledger.services.posting import Claim, post_entry, rule_book
from lms.ledger.services.preview import preview
from lms.rules.models import Rule, RuleVersion
from lms.rules.services import approve_version, draft_version
from tests import factory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANGE = date(2026, 7, 1)
LONGER = {
    "measure": "minutes",
    "steps": [{"above": "45", "inclusive": True, "hours": "1"}, {"above": "0", "hours": "0.25"}],
}


@pytest.fixture
def change(access, rules, city):
    drafter, approver = (factory.make_staff(role, city) for role in ("CITY_OFFICE", "RULE_APPROVER"))

    def change(code, formula):
        rule = Rule.objects.get(code=code)
        with time_machine.travel(datetime(2026, 6, 20, 9, tzinfo=SHANGHAI), tick=False):
            version = draft_version(
                rule, actor=drafter, effective_from=CHANGE, formula=formula, source_note="测试", caps=[]
            )
            said = preview(version, 2026, Obligation.objects.all())
            return approve_version(version, actor=approver), said

    return change


def lesson(officer, number, month, minutes=45):
    at = datetime(2026, month, 10, 10, tzinfo=SHANGHAI)
    return Claim("R05", f"lesson:{officer.pk}:{number}", "课程", "ONLINE", at, {"minutes": minutes})


def test_linear(change, officer):
    first = post_entry(officer, lesson(officer, 1, 3))
    change("R02", {"hours_per_credit": "2"})
    late = post_entry(officer, lesson(officer, 2, 6))
    second = post_entry(officer, lesson(officer, 3, 7))
    assert [row.credits for row in (first, late, second)] == [Decimal("0.4"), Decimal("0.4"), Decimal("0.5")]
    first.refresh_from_db()
    assert first.credits == Decimal("0.4")


def test_points(change, officer):
    first = post_entry(officer, lesson(officer, 1, 3, minutes=30))
    version, _ = change("R05", LONGER)
    second = post_entry(officer, lesson(officer, 2, 7, minutes=30))
    assert (first.hours, first.rule_version.number) == (Decimal("1"), 1)
    assert (second.hours, second.rule_version) == (Decimal("0.25"), version)


@pytest.mark.parametrize(
    ("code", "formula", "due"),
    [
        ("R01", {"hours": "70", "credits": "30"}, (Decimal(70), Decimal(30), 20)),
        ("R03", {"layers": {"ONLINE": {"hours": "25", "credits": "10"}}}, (Decimal(60), Decimal(24), 25)),
    ],
)
def test_minima(change, officer, districts, code, formula, due):
    before = ensure_obligation(officer, 2026)
    _, said = change(code, formula)
    assert [row.staff_no for row in said.changes] == [officer.staff_no]
    after = ensure_obligation(factory.make_officer(districts["PD-01"]), 2026)
    before.refresh_from_db()
    assert (before.hours, before.credits, Decimal(before.layers["ONLINE"]["hours"])) == (Decimal(60), Decimal(24), 20)
    assert (after.hours, after.credits, Decimal(after.layers["ONLINE"]["hours"])) == due


def test_preview_names_exactly_who_changes(change, officer, districts):
    other = factory.make_officer(districts["PD-01"])
    post_entry(officer, lesson(officer, 1, 3, minutes=30))
    post_entry(other, lesson(other, 1, 3, minutes=45))
    _, said = change("R05", LONGER)
    assert [(row.staff_no, row.hours) for row in said.changes] == [(officer.staff_no, Decimal("-0.75"))]


def test_the_ledger_sums_to_the_pure_function_for_both_versions(change, officer):
    claims = [
        lesson(officer, number, month, minutes) for number, (month, minutes) in enumerate([(3, 30), (5, 50), (6, 10)])
    ]
    for claim in claims:
        post_entry(officer, claim)
    version, _ = change("R05", LONGER)
    later = [lesson(officer, 10 + number, month, minutes) for number, (month, minutes) in enumerate([(7, 30), (8, 50)])]
    for claim in later:
        post_entry(officer, claim)
    counted = replay([claim.activity() for claim in claims + later], lambda day: rule_book(["R05"], day))
    for versions, part in ((RuleVersion.objects.filter(number=1), counted[:3]), ([version], counted[3:])):
        entries = Entry.objects.filter(rule_version__in=versions)
        assert sum(row.hours for row in entries) == sum(row.hours for row in part)
        assert sum(row.credits for row in entries) == sum(row.credits for row in part)
    total = Obligation.objects.with_totals().get(officer=officer)
    assert total.got_hours == sum(row.hours for row in counted) == Decimal("3.5")
