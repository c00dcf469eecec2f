"""What a candidate reads of his result, and no more than its release decided."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from exams.bank.types import LABELS
from exams.bank.views.explained import explained
from exams.results.models import Release
from exams.results.services.deciding import worths
from exams.sittings.models import Attempt, Outcome
from exams.sittings.services.submitting import answers_of

ZERO = Decimal(0)


@dataclass(frozen=True)
class Told:
    """One question: what it was worth, and with keys its wording and explanation."""

    slot: int
    type: str
    full: Decimal
    got: Decimal
    explained: dict | None = None


@dataclass(frozen=True)
class Standing:
    """Of an attempt: `outcome` is None where nothing is released."""

    outcome: Outcome | None
    feedback: str = ""
    questions: list[Told] = field(default_factory=list)


def standing_of(attempt: Attempt) -> Standing:
    outcome = attempt.outcomes.latest().first()
    released = getattr(attempt, "released", None)
    if outcome is None or released is None:
        return Standing(outcome)
    feedback = released.release.feedback
    if outcome.is_void or feedback == Release.Feedback.TOTAL:
        return Standing(outcome, feedback)
    return Standing(outcome, feedback, told_of(attempt, with_keys=feedback == Release.Feedback.KEYS))


def told_of(attempt: Attempt, *, with_keys: bool) -> list[Told]:
    got: defaultdict[int, Decimal] = defaultdict(Decimal)
    full: defaultdict[int, Decimal] = defaultdict(Decimal)
    for one in worths(attempt):
        got[one.slot] += one.marks
        full[one.slot] += one.full
    answers = answers_of(attempt) if with_keys else {}
    rows = []
    for item in attempt.paper.items.order_by("slot"):
        if item.slot in full:
            told = explained(item.content, answers.get(item.slot)) if with_keys else None
            kind = LABELS[item.content["type"]]
            rows.append(Told(item.slot, kind, full[item.slot], got[item.slot], told))
    return rows
