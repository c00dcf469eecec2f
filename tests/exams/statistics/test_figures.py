"""The figures against published ones, and on ground of our own."""

import json

import pytest

from exams.statistics import reliability
from exams.statistics.discrimination import extreme_size
from exams.statistics.figures import Matrix, form_figures
from exams.statistics.moments import sample_variance
from exams.statistics.response_file import read_matrix

EXACT = 1e-9


@pytest.fixture
def lsat6(shared):
    folder = shared / "item-analysis"
    expected = json.loads((folder / "expected.json").read_text())["lsat6"]
    return read_matrix(folder / "lsat6_patterns.csv")[0], expected


def near(value):
    return pytest.approx(value, abs=EXACT, rel=0)


def test_lsat6_of_the_form(lsat6):
    matrix, expected = lsat6
    found = form_figures(matrix)
    assert (found.n, found.k) == (expected["n"], expected["k"]) == (1000, 5)
    assert found.mean == near(expected["mean_total"])
    assert found.sd == near(expected["sd_total_sample"])
    assert found.alpha == near(expected["alpha"])
    assert found.kr20 == near(expected["kr20_population_variance"])
    assert found.alpha == near(found.kr20)
    assert round(found.kr20, 6) == 0.294997
    assert found.sem == near(expected["sem"])


def test_lsat6_of_the_items(lsat6):
    matrix, expected = lsat6
    for item, published in zip(form_figures(matrix).items, expected["items"], strict=True):
        assert item.facility == near(published["p"])
        assert item.item_rest == near(published["rpb_item_removed"])
        assert item.alpha_if_deleted == near(published["alpha_if_deleted"])
        assert item.n == 1000


def test_variances_are_not_mixed(lsat6, monkeypatch):
    """p·q beside the sample variance is the mistake one finds in the wild: it gives another figure, and is seen."""
    matrix, expected = lsat6
    monkeypatch.setattr(reliability, "population_variance", sample_variance)
    mixed = reliability.kr20(matrix.rights, matrix.counts)
    assert mixed == near(expected["kr20_WRONG_if_sample_variance_mixed_with_pq"])
    assert mixed != near(expected["kr20_population_variance"])


def test_a_matrix_by_hand():
    """Four people, three items: totals 3, 2, 1, 0, each next item harder."""
    found = form_figures(Matrix([[1, 1, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]], [1, 1, 1], [1, 1, 1, 1]))
    assert [item.facility for item in found.items] == [0.75, 0.5, 0.25]
    assert found.alpha == near(0.75)  # 3/2 · (1 − (3/16 + 4/16 + 3/16) / (5/4))
    assert found.kr20 == near(0.75)
    assert found.items[1].item_rest == near(1 / 2**0.5)
    assert [item.index27 for item in found.items] == [1, 1, 1]


def test_negative_alpha_is_a_figure():
    found = form_figures(Matrix([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 0, 1]], [1, 1, 1], [1, 1, 1, 1]))
    assert found.alpha == near(-3)
    assert found.kr20 == near(-3)
    assert found.sem > found.sd


@pytest.mark.parametrize(
    ("columns", "counts"),
    [([[1, 1], [1, 1]], [1, 1]), ([[1], [0]], [1]), ([[1, 0]], [1, 1]), ([[1, 0], [0, 1]], [1, 1])],
    ids=["nobody differs", "one person", "one item", "all have the same total"],
)
def test_what_is_undefined_is_none(columns, counts):
    found = form_figures(Matrix(columns, [1] * len(columns), counts))
    assert found.alpha is None
    assert found.kr20 is None
    assert found.sem is None


def test_an_item_everybody_gets_right_says_nothing_of_who_knows_more():
    found = form_figures(Matrix([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [1, 1, 1], [1, 1, 1]))
    assert found.items[0].item_rest is None
    assert found.items[0].facility == 1
    assert found.items[0].index27 == 0


def test_marks_in_part_have_alpha_but_no_kr20():
    found = form_figures(Matrix([[50, 100, 0], [100, 100, 0]], [100, 100], [1, 1, 1], scale=100))
    assert found.kr20 is None
    assert found.alpha is not None
    assert found.mean == near(3.5 / 3)


def test_who_ties_on_the_border_counts_in_part():
    """Of ten people three are upper; two lead, and three share the next total, one of whom got the item right."""
    item = [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
    others = [4, 4, 2, 3, 3, 1, 1, 0, 0, 0]
    found = form_figures(Matrix([item, others], [1, 4], [1] * 10))
    assert extreme_size(10) == 3
    assert found.items[0].index27 == near((2 + 1 / 3) / 3)


@pytest.mark.parametrize(("n", "size"), [(1, 1), (2, 1), (10, 3), (50, 14), (100, 27), (1000, 270)])
def test_the_size_of_the_extreme_groups(n, size):
    assert extreme_size(n) == size
