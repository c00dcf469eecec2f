"""What holds of any matrix, and every figure beside a slow one straight from its definition."""

from fractions import Fraction
from itertools import chain, pairwise
from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from exams.statistics.discrimination import extreme_size
from exams.statistics.distractors import choices, fifths
from exams.statistics.distribution import steps
from exams.statistics.figures import Matrix, form_figures
from exams.statistics.groups import OTHERS, Member, by_unit
from exams.statistics.similarity import agreement, tails, unusual_pairs


@st.composite
def matrices(draw, most=1, least_people=2):
    people, items = draw(st.integers(least_people, 12)), draw(st.integers(2, 6))
    column = st.lists(st.integers(0, most), min_size=people, max_size=people)
    return Matrix(draw(st.lists(column, min_size=items, max_size=items)), [most] * items, [1] * people)


def same(first, second) -> bool:
    if first is None or second is None:
        return first is second
    return isclose(first, second, abs_tol=1e-9)


def alike(first, second) -> bool:
    pairs = [(getattr(first, name), getattr(second, name)) for name in ("mean", "alpha", "kr20")]
    for one, other in zip(first.items, second.items, strict=True):
        pairs += [(getattr(one, name), getattr(other, name)) for name in ("facility", "item_rest")]
    return all(same(*pair) for pair in pairs)


def variance(values):
    mean = Fraction(sum(values), len(values))
    return sum((value - mean) ** 2 for value in values) / len(values)


@given(matrices())
def test_alpha_and_kr20_by_definition(matrix):
    found = form_figures(matrix)
    k, of_totals = len(matrix.columns), variance(matrix.totals)
    if not of_totals:
        assert found.alpha is None
        return
    slow = Fraction(k, k - 1) * (1 - sum(map(variance, matrix.columns)) / of_totals)
    assert same(found.alpha, float(slow))
    assert same(found.kr20, found.alpha)
    assert found.alpha <= 1 + 1e-12


@given(matrices(most=4))
def test_item_rest_by_definition(matrix):
    for place, item in enumerate(form_figures(matrix).items):
        column = matrix.columns[place]
        rest = [total - value for total, value in zip(matrix.totals, column, strict=True)]
        product = variance(column) * variance(rest)
        if not product:
            assert item.item_rest is None
            continue
        n = len(column)
        both = Fraction(sum(a * b for a, b in zip(column, rest, strict=True)), n)
        covariance = both - Fraction(sum(column), n) * Fraction(sum(rest), n)
        assert same(item.item_rest, float(covariance) / float(product) ** 0.5)


@given(matrices(most=3))
def test_every_figure_is_in_its_range(matrix):
    for item in form_figures(matrix).items:
        assert 0 <= item.facility <= 1
        assert item.item_rest is None or -1 <= item.item_rest <= 1
        assert item.index27 is None or -1 <= item.index27 <= 1


@given(matrices(most=2), st.randoms(use_true_random=False))
def test_the_order_of_people_does_not_matter(matrix, chance):
    order = list(range(matrix.n))
    chance.shuffle(order)
    other = Matrix([[column[place] for place in order] for column in matrix.columns], matrix.full, matrix.counts)
    first, second = form_figures(matrix), form_figures(other)
    assert alike(first, second)
    assert all(same(a.index27, b.index27) for a, b in zip(first.items, second.items, strict=True))


@given(matrices(most=2), st.data())
def test_a_count_is_so_many_rows(matrix, data):
    counts = data.draw(st.lists(st.integers(0, 4), min_size=matrix.n, max_size=matrix.n).filter(any))
    short = Matrix(matrix.columns, matrix.full, counts)
    rows = [
        list(chain(*([value] * times for value, times in zip(column, counts, strict=True))))
        for column in matrix.columns
    ]
    long = Matrix(rows, matrix.full, [1] * sum(counts))
    first, second = form_figures(short), form_figures(long)
    assert (first.n, first.alpha, first.sem, first.items) == (second.n, second.alpha, second.sem, second.items)


@given(matrices(most=2))
def test_everybody_twice_changes_no_coefficient(matrix):
    twice = Matrix(matrix.columns, matrix.full, [2] * matrix.n)
    assert alike(form_figures(matrix), form_figures(twice))


@given(matrices())
def test_an_item_turned_round_turns_its_index_round(matrix):
    turned = [[1 - value for value in matrix.columns[0]], *matrix.columns[1:]]
    first, second = form_figures(matrix).items[0], form_figures(Matrix(turned, matrix.full, matrix.counts)).items[0]
    assert same(first.item_rest, None if second.item_rest is None else -second.item_rest)
    assert same(first.facility, 1 - second.facility)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=60))
def test_fifths_keep_equals_together_and_the_order(totals):
    found = fifths(totals)
    by_total = dict(zip(totals, found, strict=True))
    assert [by_total[total] for total in totals] == found
    assert [by_total[total] for total in sorted(by_total)] == sorted(by_total[total] for total in by_total)
    assert set(found) <= set(range(5))


@given(st.lists(st.tuples(st.frozensets(st.sampled_from("ABC")), st.integers(0, 9)), min_size=1, max_size=40))
def test_choices_add_up(rows):
    chosen, totals = zip(*rows, strict=True)
    found = choices(chosen, totals, "ABC")
    assert found.n == sum(found.fifth_n) == len(rows)
    assert min(found.low_n, found.high_n) >= extreme_size(len(rows))
    for row in found.rows:
        assert row.n == sum(row.fifths) == sum(row.option in one for one in chosen)
        assert max(row.low, row.high) <= row.n


@given(st.lists(st.decimals(0, 100, places=2), max_size=50))
def test_steps_count_everybody_once(marks):
    found = steps(marks, 100)
    assert sum(one.count for one in found) == len(marks)
    for one in found:
        assert one.count == sum(one.low <= mark < one.high or (mark == one.high == 100) for mark in marks)


@given(st.lists(st.sampled_from("甲乙丙丁戊"), max_size=40), st.integers(1, 8))
def test_no_unit_of_few_can_be_read_or_worked_out(units, least):
    members = [Member(unit, 1, True) for unit in units]
    found = by_unit(members, least)
    assert all(group.n >= least for group in found)
    named = {group.name for group in found}
    left = [unit for unit in set(units) if unit not in named]
    missing = len(units) - sum(group.n for group in found if group.name != OTHERS)
    assert not left or missing < least or len(left) > 1
    assert not left or len(left) > 1 or not found


@given(st.lists(st.floats(0, 1), max_size=12))
def test_tails_are_chances_that_fall(chances):
    found = tails(chances)
    assert isclose(found[0], 1, abs_tol=1e-9)
    assert all(a >= b - 1e-12 for a, b in pairwise(found))
    assert isclose(sum(found[1:]), sum(chances), abs_tol=1e-9)


@settings(max_examples=60)
@given(
    st.lists(st.dictionaries(st.integers(1, 12), st.sampled_from("ABC"), max_size=12), min_size=2, max_size=10),
    st.integers(1, 4),
    st.floats(0.01, 40),
)
def test_the_quick_way_passes_over_no_pair(answers, least, expected_pairs):
    found = {(pair.first, pair.second) for pair in unusual_pairs(answers, least=least, expected_pairs=expected_pairs)}
    likely, people = agreement(answers), len(answers)
    slow = set()
    for first in range(people):
        for second in range(first + 1, people):
            common = answers[first].keys() & answers[second].keys()
            equal = sum(answers[first][one] == answers[second][one] for one in common)
            chance = tails([likely[one] for one in common])[equal]
            if equal >= least and chance <= expected_pairs / (people * (people - 1) / 2):
                slow.add((first, second))
    assert found == slow
