"""What a candidate may know of how his answers were marked, and when."""

from dataclasses import dataclass
from decimal import Decimal

from exams.bank.types import of
from exams.sittings.models import Attempt, Outcome, Score
from exams.sittings.services.scoring import score_attempt
from lms.kit.prepared import Prepared


def _outcomes(attempt: int):
    return Outcome.objects.filter(attempt=attempt).order_by().values_list("pk")


_OUTCOMES = Prepared(_outcomes)


@dataclass(frozen=True)
class Result:
    """`is_passed` is None while people have not marked what they must."""

    score: Score
    full: Decimal
    pass_marks: Decimal
    is_passed: bool | None
    outcome: Outcome | None = None

    @property
    def marks(self) -> Decimal:
        return self.outcome.marks if self.outcome else self.score.marks

    @property
    def by_hand(self) -> Decimal:
        """Marks that people have still to give."""
        return Decimal() if self.outcome else self.full - self.score.full


def is_released(attempt: Attempt) -> bool:
    """Keys, marks and feedback leave the house only where this says so."""
    if attempt.candidate.exam.is_self_service:
        return attempt.state == Attempt.State.SUBMITTED
    return has_outcome(attempt)


def has_outcome(attempt: Attempt) -> bool:
    return bool(_OUTCOMES(attempt.pk))


def result_of(attempt: Attempt) -> Result:
    """Call it only of what is released. Marked now if no sweep has done so yet."""
    score = attempt.scores.order_by("-number").first() or score_attempt(attempt)
    if outcome := attempt.outcomes.latest().first():
        return Result(score, outcome.full, outcome.pass_marks, outcome.is_passed, outcome)
    items = attempt.paper.items.all()
    is_marked = all(of(item.content).IS_OBJECTIVE for item in items)
    full = score.full if is_marked else sum((item.marks for item in items), Decimal())
    pass_marks = full * attempt.candidate.exam.pass_percent / 100
    return Result(score, full, pass_marks, _is_passed(score, full, pass_marks))


def _is_passed(score: Score, full: Decimal, pass_marks: Decimal) -> bool | None:
    if score.marks >= pass_marks:
        return True
    return False if score.full == full else None
