"""Many claims at once count exactly as the same claims one after the other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lms.audit.chain import GENESIS, row_hash
from lms.ledger.models import Entry
from lms.ledger.services.claims import post_entries, reverse_entries
from lms.ledger.services.posting import Claim, post_entry
from tests import factory
from tests.lms.ledger.activities import START, as_counted, claims, numbered

pytestmark = pytest.mark.django_db
SETTINGS = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


# Enough of each to run into the year's cap of one rule, and into the caps of a day by layer and in all.
CAPPED = [
    (0, Claim(rule, "", "活动", layer, START + timedelta(hours=10), quantity))
    for rule, layer, quantity in [("R10", "UNIT", {"delivered_hours": "4"}), ("R05", "ONLINE", {"minutes": 45})]
    for _ in range(12)
]


@SETTINGS
@example(before=[], found=CAPPED)
@given(before=st.lists(claims(), max_size=4), found=st.lists(st.tuples(st.integers(0, 1), claims()), max_size=12))
def test_bulk_is_one_by_one(before, found, rules, districts):
    with transaction.atomic():
        units = (districts["PD-01"], districts["XH-01"])
        alone, together = ([factory.make_officer(unit) for unit in units] for _ in range(2))
        for people in (alone, together):
            for claim in numbered(before):
                post_entry(people[0], replace(claim, evidence=f"{claim.evidence}:{people[0].pk}"))
        expected = [post_entry(officer, claim) for officer, claim in _for(alone, found)]
        made = post_entries(_for(together, found))
        assert [as_counted(row) for row in made] == [as_counted(row) for row in expected]
        same = ("unit_id", "quantity", "rule_version_id", "layer", "category", "title", "year", "occurred_on")
        assert [[getattr(row, n) for n in same] for row in made] == [
            [getattr(row, n) for n in same] for row in expected
        ]
        assert [row.officer.unit_id for row in made] == [row.unit_id for row in made]
        transaction.set_rollback(True)


def _for(people, found):
    numbers = numbered([claim for _, claim in found])
    return [
        (people[which], replace(claim, evidence=f"{claim.evidence}:bulk:{people[which].pk}"))
        for (which, _), claim in zip(found, numbers, strict=True)
    ]


def half_day(officer, number=1) -> Claim:
    return Claim("R07", f"test:{officer.pk}:{number}", "集训", "UNIT", START, {"half_days": "1"}, timed=False)


def test_evidence_counts_once(rules, officer):
    first = post_entry(officer, half_day(officer))
    again = post_entries(
        [(officer, half_day(officer)), (officer, half_day(officer, 2)), (officer, half_day(officer, 2))]
    )
    assert [entry.pk for entry in again] == [first.pk, again[1].pk, again[1].pk]
    assert Entry.objects.count() == 2
    previous = GENESIS
    for seq, entry in enumerate(Entry.objects.order_by("pk"), 1):
        previous = row_hash(previous, entry.chained_values())
        assert (entry.seq, entry.row_hash) == (seq, previous)


def test_reverses_all_or_nothing(rules, officer):
    entries = post_entries([(officer, half_day(officer, number)) for number in range(3)])
    reverse_entries(entries[:2], posted_by="测试", reason="取消")
    assert sum(entry.hours for entry in Entry.objects.all()) == entries[2].hours
    with pytest.raises(ValidationError) as refused:
        reverse_entries(entries, posted_by="测试", reason="取消")
    assert refused.value.code == "already_reversed"
    assert Entry.objects.count() == 5


def test_queries_do_not_grow_with_people(rules, districts):
    def cost(people: int) -> int:
        pairs = [
            (officer, half_day(officer))
            for officer in (factory.make_officer(districts["XH-01"]) for _ in range(people))
        ]
        with CaptureQueriesContext(connection) as queries:
            post_entries(pairs)
        return len(queries)

    assert cost(1) == cost(11)
