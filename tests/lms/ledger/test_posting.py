from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from lms.ledger.models import Entry, Obligation
from lms.ledger.services.posting import Claim, post_entry, reverse_entry

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def claim(evidence="test:1", *, minutes=45, at=datetime(2026, 10, 28, 10, tzinfo=SHANGHAI), **fields) -> Claim:
    values = {"rule": "R05", "title": "课程", "layer": "ONLINE", "quantity": {"minutes": minutes}, **fields}
    return Claim(evidence=evidence, occurred_at=at, **values)


def test_posts_by_the_rule_in_force(rules, officer):
    entry = post_entry(officer, claim())
    assert (entry.hours, entry.credits) == (Decimal("1.00"), Decimal("0.4"))
    assert entry.rule_version.rule.code == "R05"
    got = Obligation.objects.with_totals().get()
    assert (got.got_hours, got.got_credits, got.got_online_hours) == (Decimal("1.00"), Decimal("0.4"), Decimal("1.00"))


def test_same_evidence_counts_once(rules, officer):
    assert post_entry(officer, claim()).pk == post_entry(officer, claim()).pk
    assert Entry.objects.count() == 1


def test_reversal_restores_the_sum(rules, officer):
    entry = post_entry(officer, claim())
    reverse_entry(entry, posted_by="测试", reason="记错")
    assert Obligation.objects.with_totals().get().got_hours == 0
