"""What a named base is today, and with that whether it may be booked: the one definition."""

from dataclasses import dataclass
from datetime import date, timedelta

from instructors.bases.models import PracticeBase

State = PracticeBase.State


@dataclass(frozen=True)
class Facts:
    named_on: date
    review_due_on: date
    has_course: bool
    rectify_until: date | None = None
    is_removed: bool = False


def standing(facts: Facts, day: date, flagship_days: int) -> PracticeBase.State:
    """A base without its course is given `flagship_days` from its naming."""
    if facts.is_removed:
        return State.REMOVED
    if facts.review_due_on < day or (facts.rectify_until and facts.rectify_until < day):
        return State.OVERDUE
    if not facts.has_course and day >= facts.named_on + timedelta(days=flagship_days):
        return State.INCOMPLETE
    return State.ACTIVE
