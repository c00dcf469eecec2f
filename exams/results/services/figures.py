"""What a release comes to, in numbers: of all, by unit, of the first turn and after resits."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import Substr

from exams.results.rates import Rate, Row, rows_of
from exams.sittings.models import Candidate, Exam, Outcome
from lms.people.models import OrgUnit

DISTRICT = 2 * OrgUnit.steplen
VOID = Outcome.Cause.VOID


@dataclass(frozen=True)
class Figures:
    """`first` are those who sat at their first turn, `final` everybody who ever sat, by the best of his results."""

    first: Rate
    final: Rate
    absent: int
    deferred: int
    void: int
    by_unit: list[Row]


def figures_of(exam: Exam, least: int, user=None) -> Figures:
    """Of what is released; of units a user without sight of all sees his own."""
    rows = Outcome.objects.latest().filter(attempt__candidate__exam=exam)
    counted = rows.exclude(cause=VOID)
    first = counted.filter(attempt__candidate__turn=1).aggregate(part=Count("pk", filter=PASSED), whole=Count("pk"))
    states = Counter(exam.candidates.values_list("state", flat=True))
    voided = exam.candidates.filter(attempt__state="VOID").count() + rows.filter(cause=VOID).count()
    final = people_of(counted)
    own = counted if user is None else counted & Outcome.objects.visible_to(user)
    return Figures(
        Rate(**first), final, states[Candidate.State.ABSENT], states[Candidate.State.DEFERRED], voided,
        rows_of(by_unit(own), least),
    )  # fmt: skip


PASSED = Q(is_passed=True)


def people_of(outcomes) -> Rate:
    """Each person once, whatever the number of his turns."""
    officer = "attempt__candidate__officer"
    return Rate(**outcomes.order_by().aggregate(
        part=Count(officer, filter=PASSED, distinct=True), whole=Count(officer, distinct=True)
    ))  # fmt: skip


def by_unit(outcomes) -> dict[str, Rate]:
    """By district or unit of the city, in the order of the tree."""
    officer = "attempt__candidate__officer"
    rows = outcomes.order_by().annotate(place=Substr("attempt__candidate__unit__path", 1, DISTRICT)).values("place")
    counted = rows.annotate(
        part=Count(officer, filter=PASSED, distinct=True), whole=Count(officer, distinct=True)
    ).order_by("place")
    found = list(counted)
    names = dict(OrgUnit.objects.filter(path__in=[row["place"] for row in found]).values_list("path", "name"))
    return {names[row["place"]]: Rate(row["part"], row["whole"]) for row in found}
