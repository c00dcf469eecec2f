"""What the house knows of many officers at once: a query for each kind of fact, however many they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from courses.catalogue.models import Course
from courses.learning.models import CourseProgress
from exams.licences.eligibility import Facts
from exams.licences.models import EnforcementCertificate
from exams.licences.terms import Terms
from exams.sittings.models import Outcome
from lms.ledger.models import Obligation


@dataclass(frozen=True)
class Pass:
    outcome: Outcome
    on: date


def passes_of(officers: Sequence[int]) -> dict[int, dict[str, Pass]]:
    """The newest standing pass of each officer in each subject."""
    rows = (
        Outcome.objects.latest()
        .filter(is_passed=True, attempt__candidate__officer__in=officers, attempt__candidate__exam__kind="QUALIFICATION")
        .annotate(
            who=F("attempt__candidate__officer"),
            subject=F("attempt__candidate__exam__subject"),
            sat_at=Coalesce("attempt__finished_at", "attempt__submitted_at", "made_at"),
        )
        .order_by("sat_at")
    )  # fmt: skip
    found: dict[int, dict[str, Pass]] = {}
    for row in rows:
        found.setdefault(row.who, {})[row.subject] = Pass(row, timezone.localdate(row.sat_at))
    return found


def facts_of(certificates: Sequence[EnforcementCertificate], terms: Terms, day: date) -> dict[int, Facts]:
    """By certificate; their officers must be joined."""
    officers = [one.officer_id for one in certificates]
    hours, passes, revoked = _hours(officers, day), passes_of(officers), _revoked(officers)
    course = renewal_course(terms)
    done = _learnt(officers, course) if course else {}
    return {
        one.pk: Facts(
            status=one.officer.status,
            status_label=one.officer.get_status_display(),
            discipline_until=one.officer.discipline_until_on,
            hours=hours.get(one.officer_id, {}),
            passes={subject: found.on for subject, found in passes.get(one.officer_id, {}).items()},
            revoked_on=revoked.get(one.officer_id),
            course=course.title if course else "",
            course_done_on=_since_due(done.get(one.officer_id), one, terms),
            valid_until=one.valid_until if one.is_held else None,
        )
        for one in certificates
    }


def renewal_course(terms: Terms) -> Course | None:
    return Course.objects.live().filter(code=terms.renewal_course).first() if terms.renewal_course else None


def _hours(officers: Sequence[int], day: date) -> dict[int, dict[int, Decimal]]:
    rows = Obligation.objects.filter(officer__in=officers, year__in=(day.year, day.year - 1)).with_totals()
    found: dict[int, dict[int, Decimal]] = {}
    for officer, year, got in rows.order_by().values_list("officer", "year", "got_hours"):
        found.setdefault(officer, {})[year] = got or Decimal(0)
    return found


def _revoked(officers: Sequence[int]) -> dict[int, date]:
    rows = EnforcementCertificate.objects.filter(officer__in=officers, state="REVOKED").order_by()
    return dict(rows.values("officer").annotate(last=Max("ended_on")).values_list("officer", "last"))


def _learnt(officers: Sequence[int], course: Course) -> dict[int, date]:
    rows = CourseProgress.objects.filter(officer__in=officers, version__course=course, completed_at__isnull=False)
    last = rows.order_by().values("officer").annotate(last=Max("completed_at")).values_list("officer", "last")
    return {officer: timezone.localdate(at) for officer, at in last}


def _since_due(done: date | None, certificate: EnforcementCertificate, terms: Terms) -> date | None:
    """A course counts for this renewal in the years since it fell due, or since the window opened."""
    if done is None or certificate.valid_until is None:
        return None
    return done if done.year >= terms.renewable_from(certificate.valid_until).year else None
