"""What two, three or four marks come to: every row of the vendors' table, and the ground it leaves open."""

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.marking.policy import Policy, decide


def number(text):
    return Decimal(text) if text else None


def test_double_marking_table(shared):
    rows = list(csv.DictReader((shared / "scoring" / "double-marking.csv").open()))
    wrong = []
    for row in rows:
        policy = Policy(row["mode"], Decimal(row["threshold"]))
        found = decide(policy, *(number(row[name]) for name in ("first", "second", "third", "arbiter")))
        if (found.value, found.needs) != (number(row["expected"]), row["needs"]):
            wrong.append((row["case"], found))
    assert rows
    assert wrong == []


TEN = Decimal(10)


@pytest.mark.parametrize(
    ("policy", "marks", "value", "needs"),
    [
        (Policy("2+1", TEN), (30, 40), "35", "none"),
        (Policy("2+1", TEN), (30, "40.5"), None, "arbiter"),
        (Policy("2+1", TEN, is_inclusive=False), (30, 40), None, "arbiter"),
        (Policy("2+1+1", TEN), (30, 41), None, "third"),
        (Policy("2+1+1", TEN), (30, 41, 38), "39.5", "none"),
        (Policy("2+1+1", TEN), (10, 40, 25), None, "arbiter"),
        (Policy("2+1+1", TEN), (30, 42, 36), None, "policy"),
        (Policy("2+1+1", TEN, equidistant="higher"), (30, 42, 36), "39", "none"),
        (Policy("2+1+1", TEN, equidistant="mean"), (30, 42, 36), "36", "none"),
        (Policy("2+1+1", TEN, equidistant="arbiter"), (30, 42, 36), None, "arbiter"),
        (Policy("2+1+1", TEN), (30, 41, 20, 33), "33", "none"),
        (Policy("2+1+1", TEN, arbiter_final=False), (30, 41, 20, 33), "31.5", "none"),
        (Policy("strict", TEN), (30, 40), None, "third"),
        (Policy("strict", TEN), (30, "39.5"), "34.8", "none"),
        (Policy("strict", TEN), (30, 40, 50), None, "arbiter"),
        (Policy("2+1", TEN, places=0), (30, 31), "31", "none"),
        (Policy("2+1", TEN, places=2), ("30.25", "30.5"), "30.38", "none"),
        (Policy("2+1+1", TEN), (30, 30, 31), "30.5", "none"),
    ],
)
def test_own_ground(policy, marks, value, needs):
    found = decide(policy, *map(Decimal, marks))
    assert (found.value, found.needs) == (number(value), needs)


halves = st.integers(0, 100).map(lambda n: Decimal(n) / 2)
policies = st.builds(
    Policy, st.sampled_from(["2+1", "2+1+1", "strict"]), halves, st.booleans(), st.integers(0, 2),
    st.sampled_from(["", "higher", "mean", "arbiter"]), st.booleans(),
)  # fmt: skip


@given(policies, halves, halves, st.none() | halves, st.none() | halves)
def test_a_value_or_a_need_and_never_outside_the_marks(policy, first, second, third, arbiter):
    found = decide(policy, first, second, third, arbiter)
    assert (found.value is None) == (found.needs != "none")
    if found.value is not None:
        marks = [one for one in (first, second, third, arbiter) if one is not None]
        assert policy.rounded(min(marks)) <= found.value <= policy.rounded(max(marks))


@given(policies, halves, halves, st.none() | halves)
def test_who_was_first_makes_no_difference(policy, first, second, third):
    assert decide(policy, first, second, third) == decide(policy, second, first, third)
