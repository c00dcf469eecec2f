"""How far officers are in their courses, in seconds, and what a course is worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from courses.learning.coverage import length
from courses.learning.models import CourseProgress, LessonReading, WatchSpan
from courses.learning.services.completion import ONLINE_COURSE
from courses.learning.terms import MILLISECONDS
from lms.ledger.services.posting import rule_book
from lms.rules.formula import linear_credits, points

CONVERSION = "R02"


@dataclass(frozen=True)
class Amount:
    """`lessons` are the seconds counted of each lesson."""

    lessons: list[int]
    finished: frozenset[int]
    total: int

    @property
    def counted(self) -> int:
        return sum(self.lessons)


@dataclass(frozen=True)
class Worth:
    hours: Decimal
    credits: Decimal
    is_confirmed: bool


def amounts(progresses: Sequence[CourseProgress]) -> dict[int, Amount]:
    """By progress, in two queries however many there are. Versions have to be loaded."""
    covered = WatchSpan.objects.filter(progress__in=progresses).covered()
    readings = {
        (reading.progress_id, reading.position): reading
        for reading in LessonReading.objects.filter(progress__in=progresses)
    }
    found = {}
    for progress in progresses:
        numbered = list(enumerate(progress.version.lessons, start=1))
        keys = [((progress.pk, position), lesson) for position, lesson in numbered]
        found[progress.pk] = Amount(
            [_counted(lesson, readings.get(key), covered.get(key, [])) for key, lesson in keys],
            frozenset(key[1] for key, _ in keys if (row := readings.get(key)) and row.finished_at),
            sum(lesson["seconds"] for _, lesson in numbered),
        )
    return found


def _counted(lesson: dict, reading: LessonReading | None, covered) -> int:
    if reading and reading.finished_at:
        return lesson["seconds"]
    return length(covered) // MILLISECONDS if covered else reading.seconds if reading else 0


def worths(minutes: Sequence[int]) -> list[Worth]:
    """Hours and credits for online courses of so many minutes, by the rules in force today, in one query."""
    book = rule_book([ONLINE_COURSE], timezone.localdate())
    is_confirmed = all(book.versions[code].is_confirmed for code in (CONVERSION, ONLINE_COURSE))
    found = []
    for one in minutes:
        award = points(book.formula(ONLINE_COURSE), {"minutes": one})
        credits = award.credits if award.credits is not None else linear_credits(book.formula(CONVERSION), award.hours)
        found.append(Worth(award.hours, credits, is_confirmed))
    return found


@dataclass(frozen=True)
class UnderWay:
    progress: CourseProgress
    amount: Amount
    worth: Worth


def with_amounts(progresses: Iterable[CourseProgress]) -> list[UnderWay]:
    """For lists: what is counted of each, and what it will be worth."""
    rows = list(progresses)
    if not rows:
        return []
    found, worth = amounts(rows), worths([progress.version.minutes for progress in rows])
    return [UnderWay(progress, found[progress.pk], one) for progress, one in zip(rows, worth, strict=True)]
