"""The yearly review: counted from lessons and opinions, concluded by itself where met, decided where not."""

from datetime import date
from decimal import Decimal

import pytest

from courses.catalogue.models import Courseware
from instructors.pool.models import LessonRating
from instructors.pool.services.reviews import count_review, decide_below, start_reviews, to_review, year_terms
from instructors.pool.services.teaching import deposit_teaching, void_teachings
from tests import factory
from tests.courses.training.factory import make_instructor
from tests.instructors.pool.factory import make_review, refused

pytestmark = pytest.mark.django_db
YEAR = 2025


@pytest.fixture
def office(rules, districts):
    return factory.make_staff("DISTRICT_OFFICE", districts["PD"])


@pytest.fixture
def teacher(office, districts):
    return make_instructor(districts["PD"], level="DISTRICT")


def teach(teacher, times, hours="2"):
    for number in range(times):
        on = date(YEAR, 3, 1 + number)
        deposit_teaching(teacher, f"t:{teacher.pk}:{number}", on=on, title=f"课{number}", hours=Decimal(hours))


def rate(teacher, *scores):
    LessonRating.objects.bulk_create(
        LessonRating(instructor=teacher, evidence="t", on=date(YEAR, 3, 1), score=score) for score in scores
    )


@pytest.mark.parametrize(
    ("times", "hours", "scores", "is_met"),
    [
        (4, "2", [], True),  # lectures
        (3, "2", [], False),
        (2, "8", [], True),  # or hours
        (4, "2", [79] * 10, False),
        (4, "2", [80] * 10, True),
        (4, "2", [10] * 9, True),  # nine opinions are too few to judge by
    ],
)
def test_met_by_lectures_or_hours_and_by_opinions_if_there_are_enough(times, hours, scores, is_met, teacher, office):
    teach(teacher, times, hours)
    rate(teacher, *scores)
    row = count_review(teacher, year_terms(YEAR), actor=office)
    assert (row.is_met, row.responses, row.score is None) == (is_met, len(scores), len(scores) < 10)


def test_lessons_of_a_cancelled_class_and_of_other_years_do_not_count(teacher, office):
    teach(teacher, 5)
    void_teachings([f"t:{teacher.pk}:0", f"t:{teacher.pk}:1"])
    deposit_teaching(teacher, "other", on=date(YEAR - 1, 3, 1), title="课", hours=Decimal(2))
    Courseware.objects.create(
        title="课件", kind="PDF", file="a.pdf", sha256="0" * 64, bytes=1, made_by=teacher.officer.user,
    )  # fmt: skip
    row = count_review(teacher, year_terms(YEAR), actor=office)
    assert (row.lectures, row.hours, row.courseware, row.is_met) == (3, 6, 0, False)


def test_counted_anew_until_decided(teacher, office):
    below = count_review(teacher, year_terms(YEAR), actor=office)
    teach(teacher, 4)
    above = count_review(teacher, year_terms(YEAR), actor=office)
    assert (below.pk, above.is_met, above.decision) == (above.pk, True, "KEPT")
    assert refused(decide_below, above, actor=office, decision="WARNED", note="") == "decided"
    void_teachings([f"t:{teacher.pk}:0"])
    assert count_review(teacher, year_terms(YEAR), actor=office).lectures == 4


def test_an_excused_year_neither_counts_nor_interrupts(teacher, office):
    make_review(teacher, year=YEAR - 2, is_met=False)
    make_review(teacher, year=YEAR - 1, is_met=False, decision="EXCUSED")
    row = count_review(teacher, year_terms(YEAR), actor=office)
    assert row.years_below == 2
    assert refused(decide_below, row, actor=teacher.officer.user, decision="WARNED", note="") == "oneself"
    decide_below(row, actor=office, decision="EXITED", note="连续两年")
    assert teacher.appointments.get().end_reason == "BELOW"


def test_whoever_came_late_in_the_year_is_not_judged_by_it(teacher, office, districts):
    make_instructor(districts["PD"], level="DISTRICT", from_on=date(YEAR, 9, 1))
    make_instructor(districts["PD"], level="DISTRICT", until_on=date(YEAR, 12, 30))
    make_instructor(districts["XH"], level="DISTRICT")
    assert list(to_review(YEAR, districts["PD"], year_terms(YEAR))) == [teacher]


def test_not_before_december(office, districts, time_machine):
    time_machine.move_to("2026-11-30T12:00:00+08:00")
    assert refused(start_reviews, 2026, districts["PD"], actor=office) == "too_early"
    assert start_reviews(2025, districts["PD"], actor=office).title.startswith("PD2025")
