"""What learners thought of lessons: facts without a name, shown only from enough people."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from instructors.pool.models import Instructor, LessonRating

STEP = Decimal("0.01")


@dataclass(frozen=True)
class Rating:
    """An average and from how many; `mean` is None below the minimum."""

    count: int
    mean: Decimal | None
    minimum: int


def deposit_rating(instructor: Instructor, evidence: str, on: date, score: int, comment: str = "") -> LessonRating:
    """Who rated is kept by the depositing app, apart from this and without a way from one to the other."""
    return LessonRating.objects.create(instructor=instructor, evidence=evidence, on=on, score=score, comment=comment)


def rating_of(ratings, minimum: int) -> Rating:
    found = ratings.summed()
    shown = found["mean"] is not None and found["n"] >= minimum
    return Rating(found["n"], Decimal(found["mean"]).quantize(STEP, ROUND_HALF_UP) if shown else None, minimum)
