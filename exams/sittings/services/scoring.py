"""Objective marks: a pure function of paper, answers, policy and corrections, kept as versions."""

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.bank.types import case, of
from exams.bank.types.policy import ZERO, Policy, rounded
from exams.papers.models import PaperItem
from exams.papers.services.drawing import reshuffled
from exams.sittings.models import Attempt, Exam, KeyCorrection, Regrade, Score
from exams.sittings.services.submitting import answers_hash, answers_of
from lms.audit.services import record
from lms.kit.services import check_by_second_person

Treatment = KeyCorrection.Treatment


@dataclass(frozen=True)
class Marked:
    """`marks` of `full` that machines can give; `by_slot` holds None where people mark the whole question."""

    marks: Decimal
    full: Decimal
    by_slot: dict[str, str | None]


def score_paper(items: list[PaperItem], answers: dict, policy: Policy, corrections: dict | None = None) -> Marked:
    """`corrections` by question version: (treatment, content). Nothing is read or written here."""
    marks, full, by_slot = ZERO, ZERO, {}
    for item in items:
        treatment, content = (corrections or {}).get(item.version_id, (None, None))
        if treatment == Treatment.EXCLUDED:
            by_slot[str(item.slot)] = None
            continue
        earned, possible = _of_item(item, content or item.content, answers.get(item.slot), policy)
        if treatment == Treatment.FULL_MARKS:
            earned = possible
        marks, full = marks + earned, full + possible
        by_slot[str(item.slot)] = f"{earned:.2f}" if possible else None
    return Marked(marks, full, by_slot)


def _of_item(item: PaperItem, content: dict, answer, policy: Policy) -> tuple[Decimal, Decimal]:
    """(earned, possible) of what a machine marks: of a case its objective parts, of an essay nothing."""
    if content["type"] == case.CODE:
        earned = case.part_scores(content, answer, item.marks, policy)
        shares = [Decimal(part["share"]) * item.marks if of(part).IS_OBJECTIVE else ZERO for part in content["parts"]]
        got = [one for one, share in zip(earned, shares, strict=True) if share and one is not None]
        return rounded(sum(got, ZERO)), rounded(sum(shares, ZERO))
    if not of(content).IS_OBJECTIVE:
        return ZERO, ZERO
    return of(content).score(content, answer, item.marks, policy), item.marks


def corrections_of(exam: Exam) -> dict[int, KeyCorrection]:
    """The latest checked correction of each question version."""
    return {one.version_id: one for one in exam.corrections.in_force().order_by("checked_at", "pk")}


@transaction.atomic
def score_attempt(attempt: Attempt) -> Score:
    """The marks of what was handed in, as a new version if they differ from the last; the last one otherwise."""
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if attempt.state != Attempt.State.SUBMITTED:
        raise ValidationError("答卷还没有交，不能计分。", code="not_submitted")
    exam = attempt.candidate.exam
    found = corrections_of(exam)
    blueprint = exam.blueprint
    seed = attempt.paper.seed
    corrections = {
        version: (one.treatment, one.content and reshuffled(one.content, blueprint, seed, version))
        for version, one in found.items()
    }
    answers = answers_of(attempt)
    marked = score_paper(list(attempt.paper.items.order_by("slot")), answers, blueprint.policy, corrections)
    used = sorted(one.pk for one in found.values())
    last = attempt.scores.order_by("-number").first()
    sha256 = answers_hash(attempt.pk, answers)
    if last and (last.marks, last.full, last.by_slot, last.answers_sha256) == (
        marked.marks, marked.full, marked.by_slot, sha256,
    ):  # fmt: skip
        return last
    return Score.objects.create(
        attempt=attempt, number=last.number + 1 if last else 1, marks=marked.marks, full=marked.full,
        by_slot=marked.by_slot, answers_sha256=sha256, corrections=used,
    )  # fmt: skip


@transaction.atomic
def check_correction(correction: KeyCorrection, *, actor) -> KeyCorrection:
    """A second person says the key was wrong; marks move only when somebody regrades."""
    return check_by_second_person(correction, actor, action="sittings.check_correction")


@transaction.atomic
def regrade(exam: Exam, *, actor) -> Regrade:
    """Score every attempt handed in again and say what changed. Done twice, the second report is empty."""
    attempts = Attempt.objects.filter(candidate__exam=exam, state=Attempt.State.SUBMITTED)
    before = {score.attempt_id: score for score in Score.objects.filter(attempt__in=attempts).latest()}
    differences = []
    for attempt in attempts.select_related("candidate__exam__blueprint", "paper").order_by("pk"):
        old, new = before.get(attempt.pk), score_attempt(attempt)
        if old is None or old.pk == new.pk:
            continue
        slots = [slot for slot in new.by_slot if new.by_slot[slot] != old.by_slot.get(slot)]
        differences.append(
            {
                "attempt": attempt.pk,
                "before": f"{old.marks}/{old.full}",
                "after": f"{new.marks}/{new.full}",
                "slots": slots,
            }
        )
    report = Regrade.objects.create(exam=exam, made_by=actor, looked_at=len(attempts), differences=differences)
    record("sittings.regrade", actor=actor, target=exam, attempts=report.looked_at, changed=len(differences))
    return report
