"""Passed exams as entitlements to a certificate of passing.

A key names the result a run of passes began with: taken back and passed again is another certificate.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import CharField, Count, Exists, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from exams.sittings.models import Outcome
from lms.certificates.entitlement import Entitlement, Group
from lms.certificates.models import Certificate, Kind

PREFIX = "sittings.attempt"
EXAM = f"{PREFIX}:exam-"


def certificate_key(attempt: int, number: int) -> str:
    return f"{PREFIX}:{attempt}-{number}"


def with_keys(outcomes):
    """Latest outcomes that are passes, each with the `key` of its certificate."""
    other = Outcome.objects.filter(attempt=OuterRef("attempt"), is_passed=False).order_by().values("attempt")
    began = Coalesce(Subquery(other.annotate(last=Max("number")).values("last")), 0) + 1
    key = Concat(
        Value(f"{PREFIX}:"), Cast("attempt_id", CharField()), Value("-"), Cast("began", CharField()),
        output_field=CharField(),
    )  # fmt: skip
    return outcomes.latest().filter(is_passed=True).annotate(began=began).annotate(key=key)


class PassedExams:
    """Somebody whose released result is a pass."""

    def earned(self, key: str) -> Entitlement:
        outcome = self._outcome(key)
        if outcome is None:
            raise ValidationError("这场考试还没有合格的成绩，不能发证。", code="not_earned")
        candidate = outcome.attempt.candidate
        return Entitlement(candidate.officer, candidate.unit, Kind.EXAM, key, self._facts(outcome))

    def holder(self, key: str) -> str:
        attempt = key.removeprefix(f"{PREFIX}:").partition("-")[0]
        rows = Outcome.objects.filter(attempt=int(attempt)) if attempt.isdecimal() else Outcome.objects.none()
        found = rows.select_related("attempt__candidate__officer", "attempt__candidate__exam").first()
        return f"{found.attempt.candidate.officer.name}（{found.attempt.candidate.exam}）" if found else key

    def groups(self, user, permission: str) -> list[Group]:
        rows = (
            self._earned(user, permission)
            .order_by()
            .values("attempt__candidate__exam", "attempt__candidate__exam__title")
        )
        counts = rows.annotate(earned=Count("pk"), certified=Count("pk", filter=Q(is_certified=True)))
        return [
            Group(f"{EXAM}{row['attempt__candidate__exam']}", row["attempt__candidate__exam__title"], row["earned"],
                  row["certified"])
            for row in counts.order_by("attempt__candidate__exam__title", "attempt__candidate__exam")
        ]  # fmt: skip

    def members(self, group: str, user, permission: str) -> Iterable[str]:
        rows = self._earned(user, permission).filter(
            attempt__candidate__exam=group.removeprefix(EXAM), is_certified=False
        )
        return rows.order_by("attempt__candidate__number").values_list("key", flat=True)

    def _earned(self, user, permission: str):
        standing = Certificate.objects.exclude(state="SUPERSEDED").filter(entitlement=OuterRef("key"))
        mine = Outcome.objects.filter(user.scope_filter(permission, "attempt__candidate__unit"))
        return with_keys(mine).annotate(is_certified=Exists(standing))

    def _outcome(self, key: str) -> Outcome | None:
        attempt = key.removeprefix(f"{PREFIX}:").partition("-")[0]
        if not attempt.isdecimal() or len(attempt) > 18:
            return None
        rows = with_keys(Outcome.objects.filter(attempt=int(attempt))).filter(key=key)
        people = ("officer__unit", "officer__user", "unit", "exam", "sitting")
        return rows.select_related(*(f"attempt__candidate__{name}" for name in people)).first()

    def _facts(self, outcome: Outcome) -> dict[str, str]:
        candidate = outcome.attempt.candidate
        began = timezone.localdate(outcome.attempt.started_at or candidate.sitting.opens_at).isoformat()
        return {
            "unit": candidate.facts.get("unit_name") or candidate.unit.name, "title": candidate.exam.title,
            "hours": "0.00", "credits": "0.0", "began_on": began, "completed_on": began,
        }  # fmt: skip
