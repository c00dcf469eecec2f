import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exams.papers.chance import Chance
from exams.papers.drawing import BankTooSmall, draw

BANKS = st.dictionaries(st.integers(1, 6), st.sets(st.integers(1, 30), max_size=12), min_size=1)


@given(BANKS, st.text(max_size=5))
def test_a_draw_meets_its_cells_or_says_what_is_missing(bank, seed):
    wanted = {cell: min(3, len(several) + 1) for cell, several in bank.items()}
    candidates = {cell: sorted(several) for cell, several in bank.items()}
    missing = sum(wanted.values()) - most_possible(wanted, candidates)
    if missing:
        with pytest.raises(BankTooSmall) as short:
            draw(wanted, candidates, seed)
        assert sum(one.missing for one in short.value.shortages) == missing
    else:
        found = draw(wanted, candidates, seed)
        assert {cell: len(several) for cell, several in found.items()} == wanted
        assert all(set(several) <= bank[cell] for cell, several in found.items())
        assert max(Counter(one for several in found.values() for one in several).values()) == 1


def most_possible(wanted, candidates):
    """The largest number of questions that can be placed, by trying one slot after the other (Kuhn)."""
    slots = [cell for cell, count in wanted.items() for _ in range(count)]
    taken = {}

    def place(slot, seen):
        for one in candidates[slots[slot]]:
            if one not in seen:
                seen.add(one)
                if one not in taken or place(taken[one], seen):
                    taken[one] = slot
                    return True
        return False

    return sum(place(slot, set()) for slot in range(len(slots)))


def test_cells_that_compete_exchange_questions():
    candidates = {1: [1, 2], 2: [1, 2, 3], 3: [3, 4]}
    for seed in map(str, range(40)):
        found = draw({1: 2, 2: 1, 3: 1}, candidates, seed)
        assert found[2] == [3]
        assert found[3] == [4]


def test_the_numbers_that_are_missing():
    with pytest.raises(BankTooSmall) as short:
        draw({1: 5, 2: 2}, {1: [1, 2, 3], 2: [4, 5]}, "s")
    assert [(one.cell, one.wanted, one.missing) for one in short.value.shortages] == [(1, 5, 2)]


def test_pairs_that_may_not_meet():
    candidates = {1: list(range(1, 21))}
    forbidden = [(one, one + 1) for one in range(1, 20, 2)]
    for seed in map(str, range(50)):
        (found,) = draw({1: 10}, candidates, seed, forbidden).values()
        assert not any(first in found and second in found for first, second in forbidden)
    with pytest.raises(BankTooSmall):
        draw({1: 11}, candidates, "s", forbidden)


def test_another_process_draws_the_same():
    code = (
        "from exams.papers.drawing import draw;"
        "print(draw({1: 5, 2: 5}, {1: list(range(100)), 2: list(range(50, 150))}, '2026-甲'))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert said == str(draw({1: 5, 2: 5}, {1: list(range(100)), 2: list(range(50, 150))}, "2026-甲"))


def test_the_stream_is_what_it_was():
    """Pinned: papers of past years are rebuilt from it."""
    chance = Chance("2026", 1)
    assert [chance.below(100) for _ in range(8)] == PINNED


def test_every_question_is_as_likely():
    counts = Counter(one for seed in range(2000) for one in draw({1: 5}, {1: list(range(20))}, str(seed))[1])
    assert all(400 < counts[one] < 600 for one in range(20))


PINNED = [3, 48, 17, 6, 84, 35, 44, 92]
