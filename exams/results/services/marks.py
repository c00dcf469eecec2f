"""What attempts are worth now: the machine's score, what people gave, and above both what appeals found."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from exams.bank.types import TYPES
from exams.marking.models import Script
from exams.marking.rubric import full_marks
from exams.papers.models import PaperItem
from exams.results.models import Finding
from exams.sittings.models import Attempt, Exam, KeyCorrection, Outcome, Score
from exams.sittings.services.scoring import corrections_of

ZERO = Decimal(0)
CENT = Decimal("0.01")
Treatment = KeyCorrection.Treatment
BY_HAND = [code for code, kind in TYPES.items() if not kind.IS_OBJECTIVE]


@dataclass(frozen=True)
class Marks:
    objective: Decimal
    by_hand: Decimal
    full: Decimal
    pass_marks: Decimal

    @property
    def total(self) -> Decimal:
        return self.objective + self.by_hand

    @property
    def is_passed(self) -> bool:
        return self.total >= self.pass_marks

    def outcome(self, attempt: int, number: int, cause: str, reason: str = "") -> Outcome:
        return Outcome(
            attempt_id=attempt, number=number, objective=self.objective, by_hand=self.by_hand, full=self.full,
            pass_marks=self.pass_marks, is_passed=self.is_passed, cause=cause, reason=reason,
        )  # fmt: skip


def slots_by_hand(attempts: Iterable[Attempt]) -> dict[int, set[int]]:
    """{paper: the slots of it that people mark}."""
    papers = {attempt.paper_id for attempt in attempts}
    rows = PaperItem.objects.filter(paper__in=papers, content__type__in=BY_HAND).only(
        "paper", "slot", "content", "marks"
    )
    found = defaultdict(set)
    for item in rows:
        if full_marks(item.content, item.marks):
            found[item.paper_id].add(item.slot)
    return found


def marks_of(exam: Exam, attempts: Collection[Attempt]) -> dict[int, Marks]:
    """By attempt. Call it only of attempts that have a score and no script undecided."""
    scores = {score.attempt_id: score for score in Score.objects.filter(attempt__in=attempts).latest()}
    corrections = {version: one.treatment for version, one in corrections_of(exam).items()}
    excluded = [version for version, treatment in corrections.items() if treatment == Treatment.EXCLUDED]
    fulls = _fulls({attempt.paper_id for attempt in attempts}, excluded)
    by_hand, found = _by_hand(attempts, corrections), _findings(attempts)
    result = {}
    for attempt in attempts:
        score, full = scores[attempt.pk], fulls[attempt.paper_id]
        given = {int(slot): Decimal(marks) for slot, marks in score.by_slot.items() if marks is not None}
        objective = score.marks - sum(given.values(), ZERO) + _sum(given, found[attempt.pk][False])
        by_people = _sum(by_hand[attempt.pk], found[attempt.pk][True])
        pass_marks = (full * exam.pass_percent / 100).quantize(CENT)
        result[attempt.pk] = Marks(objective, by_people, full, pass_marks)
    return result


def _sum(given: dict[int, Decimal], found: dict[int, Decimal]) -> Decimal:
    """What was given, with what appeals found in its place; of a question put out of the count nothing."""
    return sum((found.get(slot, marks) for slot, marks in given.items()), ZERO)


def _fulls(papers: set[int], excluded: list[int]) -> dict[int, Decimal]:
    rows = PaperItem.objects.filter(paper__in=papers).exclude(version__in=excluded).order_by()
    return dict(rows.values_list("paper").annotate(full=Sum("marks")))


def _by_hand(attempts: Collection[Attempt], corrections: dict[int, str]) -> dict[int, dict[int, Decimal]]:
    """{attempt: {slot: marks}}, as corrections of the question leave them."""
    found: dict[int, dict[int, Decimal]] = {attempt.pk: {} for attempt in attempts}
    rows = Script.objects.filter(attempt__in=attempts).values_list("attempt_id", "slot", "version_id", "full", "final")
    for attempt, slot, version, full, final in rows.order_by("pk"):
        treatment = corrections.get(version)
        if treatment != Treatment.EXCLUDED:
            found[attempt][slot] = (full if treatment == Treatment.FULL_MARKS else final) or ZERO
    return found


def _findings(attempts: Collection[Attempt]) -> dict[int, dict[bool, dict[int, Decimal]]]:
    """{attempt: {by hand: {slot: marks}}}; of several appeals about one question the last that was decided counts."""
    found: dict[int, dict[bool, dict[int, Decimal]]] = {attempt.pk: {True: {}, False: {}} for attempt in attempts}
    rows = Finding.objects.filter(appeal__attempt__in=attempts).order_by("appeal__decided_at", "pk")
    for attempt, slot, is_by_hand, marks in rows.values_list("appeal__attempt_id", "slot", "is_by_hand", "marks"):
        found[attempt][is_by_hand][slot] = marks
    return found
