"""What stands on an exam that was voided: named to whoever voids it, and put up for a decision."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.urls import reverse

from exams.licences.machine import HELD
from exams.licences.models import CancellationProposal, ExamProof
from exams.licences.services.eligibility import SYSTEM
from exams.licences.services.ending import Cause, propose_cancellation
from exams.results.registry import Dependant
from exams.sittings.models import Outcome


def certificates_on(outcomes: Sequence[Outcome]) -> Iterable[Dependant]:
    """`outcomes` are what took the place of the passes."""
    by_attempt = {one.attempt_id: one for one in outcomes}
    for proof in _proofs().filter(outcome__attempt__in=by_attempt):
        row = proof.certificate
        yield Dependant(
            by_attempt[proof.outcome.attempt_id],
            f"licences.enforcementcertificate:{row.pk}",
            f"执法证：{row.officer.name}（{row.number}）",
            reverse("enforcementcertificate:inspect", args=[row.pk]),
        )


def propose_for_void() -> int:
    """A pass that is none any more speaks against the certificate it was shown for, once."""
    fallen = Outcome.objects.latest().filter(is_passed=False).values("attempt")
    found = [(proof, f"licences.void:{proof.pk}") for proof in _proofs().filter(outcome__attempt__in=fallen)]
    rows = CancellationProposal.objects.filter(evidence__in=[key for _, key in found])
    known = set(rows.values_list("evidence", flat=True))
    new = [(proof, key) for proof, key in found if key not in known]
    for proof, key in new:
        note = f"{proof.get_subject_display()}考试（{proof.passed_on:%Y年%-m月%-d日}）的合格结果已不成立"
        propose_cancellation(proof.certificate, Cause.EXAM_VOID, key, actor=SYSTEM, note=note)
    return len(new)


def _proofs() -> QuerySet[ExamProof]:
    held = ExamProof.objects.filter(certificate__state__in=HELD, outcome__isnull=False)
    return held.select_related("certificate__officer__unit", "outcome").order_by("pk")
