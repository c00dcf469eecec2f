"""How long the figures of a large exam take, beside adding its marks up once: pure, no rows are written."""

import time
from random import Random

from exams.statistics.figures import Matrix, form_figures
from exams.statistics.similarity import unusual_pairs

PEOPLE, ITEMS, WRONG = 1200, 100, "BCD"


def figures_of_a_form(figures, officer) -> None:
    matrix = simulated(PEOPLE, ITEMS)
    begun = time.perf_counter()
    best = matrix.totals and time.perf_counter() - begun
    form_figures(matrix)
    figures.put(f"item_analysis_of_{ITEMS}_items", time.perf_counter() - begun, "s", PEOPLE, best)


def pairs_compared(figures, officer) -> None:
    matrix, chance = simulated(PEOPLE, ITEMS), Random(2)  # noqa: S311 - made-up answers
    answers = [
        {place: chance.choice(WRONG) for place, column in enumerate(matrix.columns) if not column[person]}
        for person in range(PEOPLE)
    ]
    begun = time.perf_counter()
    pairs = PEOPLE * (PEOPLE - 1) // 2
    best = sum(1 for _ in range(pairs)) and time.perf_counter() - begun
    begun = time.perf_counter()
    unusual_pairs(answers, least=5, expected_pairs=0.1)
    figures.put("pairs_of_answers_compared", time.perf_counter() - begun, "s", pairs, best)


def simulated(people: int, items: int) -> Matrix:
    """Each person able to a degree, each item hard to a degree."""
    chance = Random(1)  # noqa: S311 - made-up answers
    able = [chance.gauss(0, 1) for _ in range(people)]
    hard = [chance.gauss(-0.8, 1) for _ in range(items)]
    columns = [[int(chance.gauss(one - level, 1.7) > 0) for one in able] for level in hard]
    return Matrix(columns, [1] * items, [1] * people)
