from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.ledger.counting import replay
from lms.ledger.models import Entry, Obligation
from lms.ledger.services.posting import Claim, post_entry, reverse_entry, rule_book
from lms.ledger.services.preview import preview
from lms.rules.models import RuleVersion
from lms.rules.services import draft_version
from tests import factory
from tests.lms.ledger.activities import QUANTITIES, SHANGHAI, as_counted, claims, numbered

pytestmark = pytest.mark.django_db
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def draft(code, **changes):
    """A version like the one in force but for some fields."""
    current = RuleVersion.objects.in_force(code, date(2026, 12, 31))
    same = ("population", "activities", "formula", "caps", "counts_hours", "counts_credits")
    values = {name: getattr(current, name) for name in same} | changes
    day = values.pop("effective_from", date(2027, 1, 1))
    return draft_version(current.rule, actor=factory.make_user(), effective_from=day, source_note="测试", **values)


def look(version, **options):
    return preview(version, 2026, Obligation.objects.all(), **options)


def online(officer, number, *, minutes=45, on=date(2026, 5, 6), rule="R05", **fields):
    at = datetime(on.year, on.month, on.day, 10, tzinfo=SHANGHAI)
    quantity = fields.pop("quantity", {"minutes": minutes})
    values = {"layer": "ONLINE", **fields}
    return post_entry(
        officer, Claim(rule, f"test:{officer.pk}:{number}", "课程", occurred_at=at, quantity=quantity, **values)
    )


@SETTINGS
@given(found=st.lists(claims(), max_size=14))
def test_posting_is_the_replay(rules, officer, found):
    """Hours, credits, caps and reasons of every entry are those of the pure function over the same activities."""
    found = numbered(found)
    with transaction.atomic():
        entries = [post_entry(officer, claim) for claim in found]
        counted = replay([claim.activity() for claim in found], lambda day: rule_book(QUANTITIES, day))
        assert [as_counted(row) for row in entries] == [as_counted(row) for row in counted]
        transaction.set_rollback(True)


@SETTINGS
@given(found=st.lists(claims(), min_size=1, max_size=12), data=st.data())
def test_preview_is_the_difference_to_a_year_posted_under_the_draft(rules, districts, found, data):
    """Whoever's year is posted again by the new version gets what the preview said, reversals included."""
    found = numbered(found)
    back = data.draw(st.sets(st.sampled_from(range(len(found))), max_size=3))
    code, changes = data.draw(st.sampled_from(CHANGES))
    with transaction.atomic():
        officer = factory.make_officer(districts["XH-01"], "T-BEFORE")
        _post(officer, found, back)
        before = Obligation.objects.with_totals().get(officer=officer)
        assert look(draft(code)).changes == []
        version = draft(code, **changes, effective_from=date(2026, 1, 1))
        said = look(version)
        RuleVersion.objects.filter(pk=version.pk).update(checked_by=factory.make_user())
        other = factory.make_officer(districts["XH-01"], "T-AFTER")
        _post(other, [Claim(**{**claim.__dict__, "evidence": f"again:{claim.evidence}"}) for claim in found], back)
        after = Obligation.objects.with_totals().get(officer=other)
        assert said.hours == after.got_hours - before.got_hours
        assert said.credits == after.got_credits - before.got_credits
        transaction.set_rollback(True)


CHANGES = [
    ("R02", {"formula": {"hours_per_credit": "2"}}),
    ("R05", {"formula": {"measure": "minutes", "steps": [{"above": "15", "inclusive": True, "hours": "0.75"}]}}),
    ("R07", {"caps": [{"per": "year", "hours": "6"}]}),
    ("R09", {"counts_hours": True}),
    ("R11", {"caps": [{"per": "year", "credits": "5"}]}),
    ("R22", {"caps": [{"per": "day", "hours": "5"}, {"per": "day", "layer": "ONLINE", "hours": "1"}]}),
    (
        "R22",
        {
            "formula": {
                "items": [
                    {"key": "quiet_from", "label": "自", "unit": "", "value": "21:30", "type": "time"},
                    {"key": "quiet_until", "label": "至", "unit": "", "value": "04:00", "type": "time"},
                ]
            }
        },
    ),
    (
        "R23",
        {
            "formula": {
                "items": [
                    {"key": "hours_step", "label": "学时", "unit": "", "value": "0.5"},
                    {"key": "credits_step", "label": "学分", "unit": "", "value": "0.5"},
                ]
            }
        },
    ),
]


def _post(officer, found, back):
    entries = [post_entry(officer, claim) for claim in found[: len(found) // 2 + 1]]
    for place in sorted(back):
        if place < len(entries):
            reverse_entry(entries[place], posted_by="测试", reason="测试")
    for claim in found[len(found) // 2 + 1 :]:
        post_entry(officer, claim)


def test_names_exactly_who_changes(rules, districts):
    long, short = (factory.make_officer(districts["XH-01"], name=name) for name in ("长课", "短课"))
    online(long, 1, minutes=45)
    online(short, 1, minutes=10)
    steps = [{"above": "30", "inclusive": True, "hours": "1.5"}, {"above": "0", "hours": "0.25"}]
    found = look(draft("R05", formula={"measure": "minutes", "steps": steps}))
    assert [(row.officer, row.hours, row.credits) for row in found.changes] == [
        ("长课", Decimal("0.5"), Decimal("0.2"))
    ]
    assert (found.seen, found.hours, found.credits) == (2, Decimal("0.5"), Decimal("0.2"))


def test_since_leaves_earlier_entries_alone(rules, officer):
    online(officer, 1, on=date(2026, 5, 6))
    online(officer, 2, on=date(2026, 9, 1))
    version = draft("R02", formula={"hours_per_credit": "2"})
    assert look(version).credits == Decimal("0.2")
    assert look(version, since=date(2026, 9, 1)).credits == Decimal("0.1")
    assert look(version, since=date(2026, 9, 2)).changes == []


def test_imported_hours_are_untouched(rules, officer):
    online(officer, 1, rule="R00", quantity={"hours": "10"}, layer="UNIT")
    assert look(draft("R02", formula={"hours_per_credit": "2"})).changes == []


def test_minima_say_who_is_met_and_what_is_owed(rules, officer, districts):
    for code in ("XI_LAW", "INTEGRITY", "CASES", "CONDUCT", "NEW_RULES"):
        online(officer, code, rule="R00", quantity={"hours": "1", "credits": "1"}, module=code)
    for layer in ("ONLINE", "UNIT", "TEAM"):
        online(officer, layer, rule="R00", quantity={"hours": "20", "credits": "8"}, layer=layer)
    online(factory.make_officer(districts["PD-01"]), 1, minutes=10)
    found = look(draft("R01", formula={"hours": "70", "credits": "24"}))
    met, short = sorted(found.changes, key=lambda row: row.before.is_met, reverse=True)
    assert (met.before.is_met, met.after.is_met, met.owed_hours) == (True, False, Decimal(5))
    assert (short.before.is_met, short.owed_hours) == (False, Decimal(10))
    assert (found.no_longer_met, found.newly_met, found.hours) == (1, 0, 0)


def test_layer_minima(rules, officer):
    online(officer, 1, rule="R00", quantity={"hours": "60", "credits": "24"}, layer="ONLINE")
    layers = {"ONLINE": {"hours": "60", "credits": "24"}}
    row = look(draft("R03", formula={"layers": layers})).changes[0]
    assert (row.owed_hours, row.owed_credits) == (Decimal(-40), Decimal(-16))


def test_a_rule_that_counts_nothing_says_so(rules, officer):
    online(officer, 1)
    items = [{"key": "years", "label": "有效期", "unit": "年", "value": "6"}]
    assert not look(draft("R27", formula={"items": items})).applies


def test_writes_nothing(rules, officer):
    online(officer, 1)
    before = Entry.objects.values().get(), Obligation.objects.values().get()
    look(draft("R02", formula={"hours_per_credit": "1"}))
    look(draft("R01", formula={"hours": "90", "credits": "40"}, effective_from=date(2027, 2, 1)))
    assert (Entry.objects.values().get(), Obligation.objects.values().get()) == before


def test_scoped_to_who_looks(rules, districts):
    for code in ("XH-01", "PD-01"):
        online(factory.make_officer(districts[code], name=code), 1)
    office = factory.make_staff("DISTRICT_OFFICE", districts["XH"])
    version = draft("R02", formula={"hours_per_credit": "2"})
    found = preview(version, 2026, Obligation.objects.visible_to(office))
    assert [row.officer for row in found.changes] == ["XH-01"]


@pytest.mark.parametrize("code", ["R01", "R02"])
def test_costs_the_same_for_one_and_for_eleven(rules, districts, code):
    formula = {"hours_per_credit": "2"} if code == "R02" else {"hours": "70", "credits": "24"}
    version = draft(code, formula=formula)
    costs = []
    for people in (1, 10):
        for _ in range(people):
            online(factory.make_officer(districts["XH-01"]), 1)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            look(version)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_year_caps_are_counted_again(rules, officer):
    """8, 8 and 4 of 20 hours become 8, 2 and 0 of 10."""
    for month in (3, 4, 5):
        online(officer, month, rule="R10", layer="UNIT", quantity={"delivered_hours": 4}, on=date(2026, month, 2))
    found = look(draft("R10", caps=[{"per": "year", "hours": "10"}]))
    assert found.hours == Decimal(-10)
