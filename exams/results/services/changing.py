"""A released result gets another version, and what followed from the one before it follows along."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from exams.results.services.consequences import Decision, credit, list_dependants, reverse_credit, revoke
from exams.results.services.following import certify
from exams.sittings.models import Attempt, Exam, Outcome


@dataclass(frozen=True)
class Changed:
    """`lost` and `gained` are the new versions that took a pass away, or gave one."""

    made: list[Outcome]
    lost: list[Outcome] = field(default_factory=list)
    gained: list[Outcome] = field(default_factory=list)
    followed: dict[str, int] = field(default_factory=dict)


def latest_of(attempts: Sequence[Attempt]) -> dict[int, Outcome]:
    return {one.attempt_id: one for one in Outcome.objects.filter(attempt__in=attempts).latest()}


def change(exam: Exam, attempts: Sequence[Attempt], wanted: Sequence[Outcome], decision: Decision) -> Changed:
    """`wanted` are unsaved versions of some of the attempts. Call it in a transaction, under the exam's lock."""
    before = latest_of(attempts)
    made = add_versions(attempts, wanted)
    lost = [one for one in made if before[one.attempt_id].is_passed and not one.is_passed]
    gained = [one for one in made if one.is_passed and not before[one.attempt_id].is_passed]
    followed = take_back(lost, decision)
    if gained:
        credit(exam, gained, actor=decision.actor)
        certify(exam, [one.attempt for one in gained], actor=decision.actor)
    return Changed(made, lost, gained, followed)


def add_versions(attempts: Sequence[Attempt], wanted: Sequence[Outcome]) -> list[Outcome]:
    by_pk = {one.pk: one for one in attempts}
    made = Outcome.objects.bulk_create(wanted)
    for outcome in made:
        outcome.attempt = by_pk[outcome.attempt_id]
    return made


def take_back(lost: Sequence[Outcome], decision: Decision) -> dict[str, int]:
    """Credits, certificates of passing, and the list of what else rests on these passes."""
    attempts = [one.attempt_id for one in lost]
    entries = reverse_credit(attempts, decision)
    certificates = revoke(attempts, decision)
    return {"entries": len(entries), "certificates": len(certificates), "dependants": list_dependants(lost)}
