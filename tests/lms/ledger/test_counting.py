"""The pure counting at its edges: rounding at posting, hours of day, and the four caps."""

import json
from datetime import date, time
from decimal import Decimal
from types import SimpleNamespace

import pytest

from lms.ledger.counting import Activity, RuleBook, SoFar, Tally, activity_of, count, kept_quantity, replay
from lms.rules.management.commands.load_rules import DEFAULTS

DAY = date(2026, 10, 28)
ROWS = {row["code"]: row for row in json.loads(DEFAULTS.read_text())["rules"]}


def version(code, **changes):
    row = {**ROWS[code], **changes}
    names = ("formula", "caps", "activities", "counts_hours", "counts_credits")
    return SimpleNamespace(rule=SimpleNamespace(code=code), **{name: row[name] for name in names})


BOOK = RuleBook({code: version(code) for code in ROWS})


def activity(rule="R05", *, layer="ONLINE", on=DAY, category="LAW", ended_at=None, **quantity):
    return Activity(rule, on, layer, category, quantity, ended_at)


def counted(*activities, book=BOOK):
    return replay(activities, lambda day: book)


def hours(*activities, book=BOOK):
    return [row.hours for row in counted(*activities, book=book)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(31, "1"), (30, "1"), (29, "0.5"), (16, "0.5"), (15, "0.25"), (1, "0.25"), (0, "0")],
)
def test_online_steps(minutes, expected):
    assert hours(activity(minutes=minutes)) == [Decimal(expected)]


def test_a_passed_test_adds():
    assert hours(activity(minutes=45, test_passed=True)) == [Decimal("1.5")]


@pytest.mark.parametrize(
    ("actual", "hours", "credits"),
    [
        ("1.124", "1", "0.4"),
        ("1.125", "1.25", "0.5"),
        ("1.374", "1.25", "0.5"),
        ("1.375", "1.5", "0.6"),
        ("0.625", "0.75", "0.3"),
        ("0.375", "0.5", "0.2"),
    ],
)
def test_rounds_half_up_at_posting(actual, hours, credits):
    row = counted(activity("R17", layer="TEAM", actual_hours=actual))[0]
    assert (row.hours, row.credits) == (Decimal(hours), Decimal(credits))


def test_credits_round_half_up():
    """0.25 hours at 5 hours a credit make 0.05 credits."""
    book = BOOK.replace(version("R02", formula={"hours_per_credit": "5"}))
    assert counted(activity(minutes=10), book=book)[0].credits == Decimal("0.1")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (time(21, 59, 59), "1"),
        (time(22, 0), "0"),
        (time(0, 0), "0"),
        (time(5, 59, 59), "0"),
        (time(6, 0), "1"),
        (None, "1"),
    ],
)
def test_quiet_hours_begin_at_and_end_before(at, expected):
    row = counted(activity(minutes=45, ended_at=at))[0]
    assert row.hours == Decimal(expected)
    assert row.hours + row.capped_hours == 1
    assert row.reasons == (() if row.hours else ("quiet_hours",))


def test_quiet_hours_are_for_online_learning():
    assert hours(activity("R07", layer="TEAM", half_days=1, ended_at=time(22, 30))) == [Decimal(4)]


def test_day_cap_over_all_layers():
    halves = [activity("R07", layer="UNIT", half_days=1), activity("R15", layer="TEAM", half_days=1)]
    rows = counted(*halves, activity(minutes=45))
    assert [row.hours for row in rows] == [4, 4, 0]
    assert (rows[2].capped_hours, rows[2].reasons) == (1, ("day_cap",))


def test_online_day_cap_counts_the_part_that_fits():
    rows = counted(*[activity(minutes=45, test_passed=True)] * 3, activity(minutes=45, on=date(2026, 10, 29)))
    assert [row.hours for row in rows] == [Decimal("1.5"), Decimal("1.5"), 0, 1]


def test_year_cap_of_a_rule():
    lectures = [activity("R10", layer="UNIT", delivered_hours=4, on=date(2026, 3, day)) for day in (1, 2, 3)]
    rows = counted(*lectures)
    assert [row.hours for row in rows] == [8, 8, 4]
    assert rows[2].reasons == ("year_cap",)


def test_year_cap_in_credits():
    rows = counted(*[activity("R11", layer="TEAM", output="video")] * 6)
    assert [row.credits for row in rows] == [4, 4, 4, 4, 4, 0]
    assert rows[5].capped_credits == 4


def test_event_cap():
    row = counted(activity("R17", layer="TEAM", actual_hours=5))[0]
    assert (row.hours, row.capped_hours, row.reasons) == (4, 1, ("event_cap",))


def test_politics_is_recorded_and_takes_no_room():
    politics = activity("R07", layer="UNIT", category="POLITICS", half_days=2)
    rows = counted(politics, activity("R07", layer="UNIT", half_days=2))
    assert [(row.hours, row.counts_hours) for row in rows] == [(8, False), (8, True)]


def test_declared_amounts_pass_by_the_caps():
    assert hours(activity("R00", layer="UNIT", hours="30", credits="12")) == [Decimal(30)]


def test_what_is_reversed_gives_its_room_back():
    tally, lesson = Tally(), activity(minutes=45, test_passed=True)
    for _ in range(2):
        last = count(lesson, BOOK, tally.so_far(lesson))
        tally.add(lesson, last)
    assert count(lesson, BOOK, tally.so_far(lesson)).hours == 0
    tally.add(lesson, last, -1)
    assert count(lesson, BOOK, tally.so_far(lesson)).hours == Decimal("1.5")


def test_the_ledger_keeps_enough_to_count_again():
    before = activity(minutes=45, test_passed=True, ended_at=time(21, 59, 59))
    kept = json.loads(json.dumps(kept_quantity(before)))
    again = activity_of(before.rule, before.on, before.layer, before.category, kept)
    assert again.ended_at == before.ended_at
    assert count(again, BOOK, SoFar()) == count(before, BOOK, SoFar())
