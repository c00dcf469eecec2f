"""Pairs of people who chose the same wrong answers more often than chance explains. A hint for experts, never a verdict.

Given that both are wrong on a question, they agree by chance as often as two drawn from all who were wrong there.
The number of agreements is then a sum of such chances; how seldom it would be as large is what is reported.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import Any

Wrong = Mapping[Any, Hashable]  # question → the wrong answer given


@dataclass(frozen=True)
class Pair:
    """`first` and `second` are places in the list; `chance` of at least so many agreements among `both_wrong`."""

    first: int
    second: int
    same: int
    both_wrong: int
    expected: float
    chance: float


def agreement(answers: Sequence[Wrong]) -> dict[Hashable, float]:
    """Of each question, how likely two who are wrong there agree by chance."""
    counted: dict[Hashable, Counter] = defaultdict(Counter)
    for wrong in answers:
        for question, answer in wrong.items():
            counted[question][answer] += 1
    return {
        question: sum((number / counter.total()) ** 2 for number in counter.values())
        for question, counter in counted.items()
    }


def tails(chances: Sequence[float]) -> list[float]:
    """The chance of at least 0, 1, 2 … successes in independent trials of these chances."""
    exactly = reduce(_one_more, chances, [1.0])
    found, left = [], 0.0
    for one in reversed(exactly):
        left += one
        found.append(min(left, 1.0))
    return found[::-1]


def _one_more(exactly: list[float], chance: float) -> list[float]:
    missed = [one * (1 - chance) for one in exactly] + [0.0]
    hit = [0.0] + [one * chance for one in exactly]
    return [a + b for a, b in zip(missed, hit, strict=True)]


def least_agreements(chances: Sequence[float], below: float) -> list[int]:
    """For each number of questions on which both are wrong, the fewest agreements that may be as seldom as `below`.

    Taken over the least likely questions, so that no pair is passed over that the exact figure would name.
    """
    exactly, found = [1.0], [1]
    for chance in sorted(chances):
        exactly = _one_more(exactly, chance)
        left, fewest = 0.0, len(exactly)
        for number in range(len(exactly) - 1, -1, -1):
            left += exactly[number]
            if left > below:
                break
            fewest = number
        found.append(fewest)
    return found


def unusual_pairs(answers: Sequence[Wrong], *, least: int, expected_pairs: float) -> list[Pair]:
    """Those with at least `least` agreements, so seldom that chance would give fewer than `expected_pairs` in all."""
    people = len(answers)
    if people < 2:
        return []
    below = expected_pairs / (people * (people - 1) / 2)
    likely = agreement(answers)
    found = []
    for first, second, same in _candidates(answers, least_agreements(list(likely.values()), below), least):
        chances = [likely[question] for question in answers[first].keys() & answers[second].keys()]
        chance = tails(chances)[same]
        if chance <= below:
            found.append(Pair(first, second, same, len(chances), sum(chances), chance))
    return sorted(found, key=lambda pair: (pair.chance, -pair.same, pair.first, pair.second))


def _candidates(answers: Sequence[Wrong], fewest: Sequence[int], least: int) -> Iterator[tuple[int, int, int]]:
    """Pairs worth the exact figure. As bits of whole numbers: hundreds of thousands of pairs take a second."""
    questions = {question: 1 << place for place, question in enumerate({one for wrong in answers for one in wrong})}
    given = {pair: 1 << place for place, pair in enumerate({pair for wrong in answers for pair in wrong.items()})}
    masks = [
        (place, sum(given[pair] for pair in wrong.items()), sum(questions[one] for one in wrong))
        for place, wrong in enumerate(answers)
        if len(wrong) >= least
    ]
    for (first, given_first, wrong_first), (second, given_second, wrong_second) in combinations(masks, 2):
        same = (given_first & given_second).bit_count()
        if same >= least and same >= fewest[(wrong_first & wrong_second).bit_count()]:
            yield first, second, same
