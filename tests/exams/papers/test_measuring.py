import pytest
from django.db import connection

from exams.bank.models import Question
from exams.papers import measuring
from exams.papers.models import Paper
from tests import factory

pytestmark = pytest.mark.django_db


class Figures(list):
    def put(self, *figure):
        self.append(figure)


def test_papers_are_drawn_and_taken_back(city, monkeypatch):
    monkeypatch.setattr(measuring, "BANK", 200)
    taken, best = measuring.drawing(city.pk, factory.make_user().pk, 3)
    assert min(taken, best) > 0  # which of two timings is the longer is no matter of tests
    assert not Paper.objects.exists()


def test_rows_are_imported_and_taken_back(city):
    figures = Figures()
    measuring.imported(figures, factory.make_officer(city), 30)
    ((name, taken, _unit, rows, best),) = figures
    assert (name, rows) == ("questions_imported_from_excel", 30)
    assert min(taken, best) > 0
    assert not Question.objects.exists()


def test_within_a_transaction_no_process_is_started(city):
    figures = Figures()
    assert connection.in_atomic_block
    measuring.papers_drawn(figures, factory.make_officer(city))
    assert figures == []
