"""What the instructors of a class taught: a fact for the pool, and hours of their own by R10."""

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal

from django.utils import timezone

from courses.training.models import ClassSession, TrainingClass
from courses.training.services.attendance import RULE, rule_on
from instructors.pool.models import Teaching
from instructors.pool.services.teaching import deposit_teaching
from lms.ledger.services.posting import Claim
from lms.people.models import Officer
from lms.rules.formula import parameter

TEACHING, LESSON = "R10", "R04"
STEP = Decimal("0.01")


def evidence_of(session: ClassSession) -> str:
    return f"courses.training.session:{session.pk}:teaching"


def teaching_claims(
    training_class: TrainingClass, sessions: Iterable[ClassSession], actor
) -> Iterator[tuple[Officer, Claim]]:
    """Deposits every lesson that had an instructor; officers of the service are credited for theirs."""
    taught = [session for session in sessions if session.instructor]
    for session in sorted(taught, key=lambda session: (session.instructor_id, session.during.lower)):
        teaching = _deposit(session)
        if officer := session.instructor.officer:
            yield officer, _claim(training_class, session, teaching, actor)


def _deposit(session: ClassSession) -> Teaching:
    assert session.instructor is not None
    day = timezone.localdate(session.during.lower)
    minutes = Decimal((session.during.upper - session.during.lower).total_seconds()) / 60
    hours = (minutes / parameter(rule_on(LESSON, day).formula, "minutes")).quantize(STEP, ROUND_HALF_UP)
    return deposit_teaching(session.instructor, evidence_of(session), on=day, title=session.title, hours=hours)


def _claim(training_class: TrainingClass, session: ClassSession, teaching: Teaching, actor) -> Claim:
    counted = teaching.delivered_hours
    if teaching.is_repeat:
        share = parameter(rule_on(RULE, teaching.on).formula, "repeat_percent") / 100
        counted = (counted * share).quantize(STEP, ROUND_HALF_UP)
    return Claim(
        rule=TEACHING, evidence=teaching.evidence, title=f"授课：{session.title}"[:120], layer=training_class.layer,
        occurred_at=session.during.upper, quantity={"delivered_hours": str(counted), "is_repeat": teaching.is_repeat},
        category=training_class.category, kind=training_class.kind, posted_by=str(actor)[:120],
    )  # fmt: skip
