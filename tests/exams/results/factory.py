"""An exam marked to a wished-for point, and released."""

from decimal import Decimal

from django.utils import timezone

from exams.marking.models import Script
from exams.results.models import ExamAppeal, RestsOn
from exams.results.services.releasing import carry_out, propose_release
from exams.sittings.models import Attempt, Exam, Outcome, Score, Sitting
from lms.people.models import User
from tests import factory
from tests.exams.marking.factory import WRITTEN, prepared
from tests.exams.sittings.factory import make_attempt, make_exam, make_sitting

OBJECTIVE = ("single", "multiple", "true_false", "fill_in")
OVER = {"opens": -300, "minutes": 180}


def hand_in(attempt: Attempt, marks=None) -> Attempt:
    """Handed in, and scored as wished: marks from the first question on (all of them by default)."""
    now = timezone.now()
    rows = Attempt.objects.filter(pk=attempt.pk)
    rows.update(state="SUBMITTED", epoch=1, how="SELF", started_at=now, finished_at=now, submitted_at=now)
    attempt.refresh_from_db()
    attempt.receipts.create(answered=1, sha256=f"{attempt.pk:064d}", at=now)
    return score(attempt, marks)


def score(attempt: Attempt, marks=None) -> Attempt:
    items = [one for one in attempt.paper.items.order_by("slot") if one.content["type"] in OBJECTIVE]
    full = sum((one.marks for one in items), Decimal())
    left, by_slot = Decimal(full if marks is None else marks), {}
    for item in items:
        given = min(left, item.marks)
        left -= given
        by_slot[str(item.slot)] = f"{given:.2f}"
    for item in attempt.paper.items.exclude(content__type__in=OBJECTIVE):
        by_slot[str(item.slot)] = None
    total = sum((Decimal(one) for one in by_slot.values() if one), Decimal())
    Score.objects.create(attempt=attempt, marks=total, full=full, by_slot=by_slot, answers_sha256="0" * 64)
    return attempt


def sat(unit, marks=(16, 4), *, exam: Exam | None = None, sitting: Sitting | None = None, **fields) -> Exam:
    """An objective exam of 16 marks (line at 9.60) whose window is over; one candidate for each mark."""
    exam = exam or make_exam(unit, **fields)
    sitting = sitting or make_sitting(exam, **OVER)
    for one in marks:
        hand_in(make_attempt(sitting), one)
    return exam


def attempts_of(exam: Exam) -> list[Attempt]:
    rows = Attempt.objects.filter(candidate__exam=exam).order_by("pk")
    return list(rows.select_related("candidate__officer__user", "candidate__exam"))


def mark_scripts(exam: Exam, *totals) -> list[Script]:
    """Final marks by decree, in the order of the attempts."""
    for attempt in attempts_of(exam):
        answered = attempt.paper.items.filter(content__type__in=["short_answer", "case"]).values_list("slot", flat=True)
        for slot in answered:
            attempt.answers.create(slot=slot, rev=1, payload=WRITTEN, received_at=timezone.now())
    prepared(exam)
    scripts = list(Script.objects.filter(exam=exam).order_by("attempt", "slot"))
    for script, total in zip(scripts, totals, strict=False):
        script.final, script.state, script.cause, script.decided_at = total, "FINAL", "AGREED", timezone.now()
        script.save()
    return scripts


def release(
    exam: Exam, *, made_by: User | None = None, checked_by: User | None = None, feedback="POINTS", sittings=None
):
    found = propose_release(
        exam, sittings or list(exam.sittings.all()), actor=made_by or factory.make_user(), feedback=feedback
    )
    return carry_out(found, actor=checked_by or factory.make_user())


def outcome_of(attempt: Attempt) -> Outcome:
    return Outcome.objects.latest().get(attempt=attempt)


def make_outcome(sitting: Sitting, **fields) -> Outcome:
    """A released result of a candidate of its own, without the walk through the release."""
    attempt = hand_in(make_attempt(sitting))
    fields = {"objective": 2, "by_hand": 0, "full": 2, "pass_marks": Decimal("1.20"), "is_passed": True, **fields}
    return Outcome.objects.create(attempt=attempt, cause="RELEASE", **fields)


def make_appeal(outcome: Outcome, **fields) -> ExamAppeal:
    return ExamAppeal.objects.create(attempt=outcome.attempt, kind="ARITHMETIC", text=f"理由{outcome.pk}", **fields)


def make_rest(outcome: Outcome) -> RestsOn:
    return RestsOn.objects.create(outcome=outcome, key=f"cards.card:{outcome.pk}", title=f"证件{outcome.pk}")
