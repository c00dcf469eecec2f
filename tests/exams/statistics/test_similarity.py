from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from exams.statistics.pace import Work, bursts, unusual_pace
from exams.statistics.similarity import agreement, least_agreements, tails, unusual_pairs

BEGIN = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)


def strangers(people=120, items=60, seed=1):
    """Each wrong at two questions of five, on one of three wrong answers by chance."""
    chance = Random(seed)
    return [{item: chance.choice("BCD") for item in range(items) if chance.random() < 0.4} for _ in range(people)]


def test_agreement_is_two_drawn_at_random():
    found = agreement([{1: "B"}, {1: "B"}, {1: "C"}, {1: "D"}, {2: "A"}])
    assert found == {1: pytest.approx(0.375), 2: 1}


def test_tails_of_two_coins():
    assert tails([0.5, 0.5]) == pytest.approx([1, 0.75, 0.25])


def test_what_everybody_gets_wrong_alike_is_no_hint():
    answers = [dict.fromkeys(range(20), "B") for _ in range(30)]
    assert unusual_pairs(answers, least=5, expected_pairs=0.5) == []


def test_strangers_are_left_alone():
    assert unusual_pairs(strangers(), least=5, expected_pairs=0.1) == []


def test_a_copy_is_found_with_how_seldom_it_is():
    answers = strangers()
    answers[77] = dict(answers[3])
    (pair,) = unusual_pairs(answers, least=5, expected_pairs=0.1)
    assert (pair.first, pair.second) == (3, 77)
    assert pair.same == pair.both_wrong == len(answers[3])
    assert pair.expected < pair.same / 2
    assert pair.chance < 1e-6


def test_few_agreements_are_never_a_hint():
    answers = strangers()
    answers[77] = {item: answers[3][item] for item in list(answers[3])[:4]}
    found = unusual_pairs(answers, least=5, expected_pairs=100)
    assert found
    assert not any(77 in (pair.first, pair.second) for pair in found)


def test_the_screen_asks_for_more_the_more_are_wrong():
    found = least_agreements([1 / 3] * 10, 1e-3)
    assert found == sorted(found)
    assert tails([1 / 3] * 10)[found[10]] <= 1e-3 < tails([1 / 3] * 10)[found[10] - 1]


def at(*seconds):
    return [BEGIN + timedelta(seconds=one) for one in seconds]


def test_what_a_reconnected_device_sends_at_once_is_one_moment():
    assert bursts(at(0, 0, 0, 60, 61, 62, 200), 3) == 2


def test_the_quick_and_the_rushed():
    usual = [Work(3600, 50, at(*range(0, 3000, 60))) for _ in range(9)]
    quick, rushed = Work(1000, 50, at(*range(0, 1000, 20))), Work(3000, 10, at(*range(10)))
    found = unusual_pace([*usual, quick, rushed], share=0.4, rapid=3, least_bursts=0.5)
    assert [(one.place, one.seconds, one.typical, one.bursts) for one in found] == [
        (9, 1000, 3600, 0), (10, 3000, 3600, 9),
    ]  # fmt: skip


def test_nobody_is_quick_among_nobody():
    assert unusual_pace([], share=0.4, rapid=3, least_bursts=0.5) == []
    assert unusual_pace([Work(10, 0, [])], share=0.4, rapid=3, least_bursts=0.5) == []
