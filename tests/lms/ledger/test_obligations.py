from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.ledger.models import Obligation
from lms.ledger.services.obligations import ensure_obligation, months_on_duty, prorated
from lms.ledger.services.posting import post_entry
from lms.ledger.services.standings import standing
from lms.ledger.standing import standing_of
from lms.rules.formula import Minima
from tests import factory
from tests.lms.ledger.test_posting import claim

HALF = Decimal("0.5")


@pytest.mark.parametrize(
    ("entered_on", "months"),
    [
        (date(2015, 7, 1), 12),
        (None, 12),
        (date(2026, 1, 1), 11),
        (date(2026, 7, 15), 5),
        (date(2026, 12, 31), 0),
        (date(2027, 1, 1), 0),
    ],
)
def test_months_on_duty(entered_on, months):
    assert months_on_duty(entered_on, 2026) == months


@given(hours=st.decimals(0, 200, places=2), months=st.decimals(-3, 20, places=1))
def test_pro_rata_is_never_above_the_year_nor_below_zero(hours, months):
    part = prorated(Minima(hours, hours, {"ONLINE": (hours, hours)}), months, HALF)
    assert 0 <= part.hours <= hours
    assert 0 <= part.layers["ONLINE"][1] <= hours


@pytest.mark.django_db
def test_a_new_entrant_owes_his_months(rules, districts):
    newcomer = factory.make_officer(districts["PD-01"], entered_on=date(2026, 7, 1))
    obligation = ensure_obligation(newcomer, 2026)
    assert (obligation.hours, obligation.credits, obligation.months) == (Decimal("25.0"), Decimal("10.0"), 5)
    assert obligation.layers["ONLINE"] == {"hours": "8.5", "credits": "3.5"}


@pytest.mark.django_db
def test_asking_twice_makes_one(rules, officer):
    assert ensure_obligation(officer, 2026) == ensure_obligation(officer, 2026)
    assert Obligation.objects.count() == 1


@pytest.mark.django_db
def test_hours_credits_layers_and_modules_are_four_tests(rules, officer):
    """60 hours in one layer are not enough; nor are hours without credits, nor all of it without the modules."""
    obligation = ensure_obligation(officer, 2026)

    def place(missing=(), **got):
        names = [f"got_{part}{unit}" for part in ("", "online_", "unit_", "team_") for unit in ("hours", "credits")]
        for name in names:
            setattr(obligation, name, Decimal(got.get(name, 0)))
        return standing_of(obligation, {}, missing)

    full = {"got_hours": 60, "got_credits": 24}
    for layer in ("online", "unit", "team"):
        full |= {f"got_{layer}_hours": 20, f"got_{layer}_credits": 8}
    assert place(**full).is_met
    assert not place(**full, missing=[("CONDUCT", "行为规范")]).is_met
    for name in full:
        assert not place(**{**full, name: full[name] - 1}).is_met


@pytest.mark.django_db
def test_a_standing_costs_the_same_with_one_line_and_eleven(rules, officer, django_assert_num_queries):
    post_entry(officer, claim("first"))
    with django_assert_num_queries(4):
        standing(officer, 2026)
    for number in range(10):
        post_entry(officer, claim(f"more:{number}"))
    with django_assert_num_queries(4):
        standing(officer, 2026)
