"""What follows from a result: the credits of a level, once, and what has to be taken back with a pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from exams.results.entitlement import certificate_key
from exams.results.models import RestsOn
from exams.results.registry import dependants_of
from exams.sittings.models import Exam, Outcome
from lms.certificates.models import Certificate
from lms.certificates.services.changes import propose_change, revoke_all
from lms.ledger.models import Entry
from lms.ledger.services.claims import post_entries, reverse_entries
from lms.ledger.services.posting import Claim
from lms.people.models import Officer, User
from lms.rules.models import Category, TrainingKind

LEVEL = "R13"


@dataclass(frozen=True)
class Decision:
    """Why a result changes, and by whom: an appeal is decided by one person, all else by two."""

    reason: str
    made_by: User
    checked_by: User | None = None

    @property
    def actor(self) -> User:
        return self.checked_by or self.made_by


def evidence_of(outcome: Outcome) -> str:
    return f"sittings.outcome:{outcome.pk}"


def credit(exam: Exam, outcomes: Sequence[Outcome], *, actor) -> list[Entry]:
    """Each level's credits once a person, however often he passes it; nothing for other exams."""
    passed = {outcome.attempt.candidate.officer_id: outcome for outcome in outcomes if outcome.is_passed}
    if exam.kind != Exam.Kind.LEVEL or not passed:
        return []
    # Two releases of one level wait for each other here.
    officers = Officer.objects.select_for_update(of=("self",), no_key=True).select_related("unit").order_by("pk")
    people = {one.pk: one for one in officers.filter(pk__in=passed)}
    rewarded = set(_standing(exam.level, list(people)).values_list("officer_id", flat=True))
    pairs = [(people[pk], _claim(exam, passed[pk], actor)) for pk in sorted(passed) if pk not in rewarded]
    return post_entries(pairs)


def _standing(level: str, officers: list[int]):
    rows = Entry.objects.standing().filter(rule_version__rule__code=LEVEL, quantity__level=level)
    return rows.filter(officer__in=officers)


def _claim(exam: Exam, outcome: Outcome, actor) -> Claim:
    return Claim(
        rule=LEVEL, evidence=evidence_of(outcome), title=f"{exam.title}通过", layer="UNIT",
        occurred_at=outcome.attempt.finished_at or timezone.now(), quantity={"level": exam.level},
        category=Category.LAW, kind=TrainingKind.IN_SERVICE, posted_by=str(actor)[:120],
    )  # fmt: skip


def reverse_credit(attempts: Sequence[int], decision: Decision) -> list[Entry]:
    """Whatever the results of these attempts earned and still counts."""
    outcomes = Outcome.objects.filter(attempt__in=attempts).values_list("pk", flat=True)
    entries = Entry.objects.standing().filter(evidence__in=[f"sittings.outcome:{pk}" for pk in outcomes])
    found = list(entries.select_related("unit", "obligation").order_by("pk"))
    if not found:
        return []
    return reverse_entries(found, posted_by=str(decision.actor)[:120], reason=decision.reason[:200])


def revoke(attempts: Sequence[int], decision: Decision) -> list[Certificate]:
    """Certificates of passing: revoked by what two persons decided; of one person's decision the revocation is proposed."""
    keys = keys_of(attempts)
    if decision.checked_by:
        made_by, checked_by = decision.made_by, decision.checked_by
        return revoke_all(keys, made_by=made_by, checked_by=checked_by, reason=decision.reason)
    found = list(Certificate.objects.filter(entitlement__in=keys, state__in=["VALID", "SUSPENDED"]))
    for one in found:
        propose_change(one, actor=decision.made_by, change="REVOKE", reason=decision.reason[:200])
    return found


def keys_of(attempts: Sequence[int]) -> list[str]:
    rows = Outcome.objects.filter(attempt__in=attempts).values_list("attempt_id", "number")
    return [certificate_key(attempt, number) for attempt, number in rows]


def list_dependants(outcomes: Sequence[Outcome]) -> int:
    """What rests on the passes these outcomes took away, for somebody to decide."""
    rows = [
        RestsOn(outcome=one.outcome, key=one.key, title=one.title[:150], link=one.link)
        for one in dependants_of(outcomes)
    ]
    RestsOn.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
