from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from django.utils import timezone

from lms.ledger.models import Entry
from lms.ledger.services.posting import Claim, post_entry, reverse_entry
from lms.rules.models import Rule, RuleVersion
from tests.concurrency.race import race

pytestmark = pytest.mark.django_db(transaction=True)
WIDTH = 12
AT = datetime(2026, 10, 28, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def set_caps(code: str, caps: list) -> None:
    """A second version of a rule with other caps, in force from 2026."""
    rule = Rule.objects.get(code=code)
    first = rule.versions.get(number=1)
    RuleVersion.objects.create(
        rule=rule, number=2, effective_from=date(2026, 1, 1), formula=first.formula, caps=caps, source_note="测试",
        made_by=first.made_by, checked_by=first.checked_by, checked_at=timezone.now(),
    )  # fmt: skip


def lecture(evidence: str) -> Claim:
    return Claim("R10", evidence, "授课", "TEAM", AT, {"delivered_hours": "5"})


@pytest.mark.parametrize(
    ("day_caps", "year_caps"),
    [([{"per": "day", "hours": "40"}], []), ([], [{"per": "year", "hours": "40"}])],
    ids=["day cap", "year cap"],
)
def test_twelve_posts_of_ten_against_a_cap_of_forty(rules, officer, day_caps, year_caps):
    set_caps("R22", day_caps)
    set_caps("R10", year_caps)
    results = race(WIDTH, lambda number: post_entry(officer, lecture(f"race:{number}")))
    assert [result for result in results if isinstance(result, Exception)] == []
    sums = Entry.objects.aggregate(counted=Sum("hours"), capped=Sum("capped_hours"), credits=Sum("credits"))
    assert sums == {"counted": Decimal(40), "capped": Decimal(80), "credits": Decimal(16)}
    assert Entry.objects.filter(hours=10).count() == 4
    assert Entry.objects.filter(hours=0, capped_hours=10).count() == 8


def test_one_evidence_posted_twelve_times_is_one_entry(rules, officer):
    results = race(WIDTH, lambda number: post_entry(officer, lecture("race:same")))
    assert {result.pk for result in results} == {Entry.objects.get().pk}


def test_twelve_reversals_of_one_entry_are_one(rules, officer):
    entry = post_entry(officer, lecture("race:once"))
    results = race(WIDTH, lambda number: reverse_entry(entry, posted_by="测试", reason="记错"))
    assert sum(isinstance(result, Entry) for result in results) == 1
    assert {result.code for result in results if not isinstance(result, Entry)} == {"already_reversed"}
    assert Entry.objects.aggregate(sum=Sum("hours"))["sum"] == 0


def test_the_chain_has_no_gap_after_a_race(rules, officer):
    race(WIDTH, lambda number: post_entry(officer, lecture(f"race:{number}")))
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, WIDTH + 1))
