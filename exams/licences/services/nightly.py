"""What the night does for certificates. Every part may be run again: it changes only what has changed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from exams.licences.models import CancellationProposal, EnforcementCertificate
from exams.licences.querysets import GONE
from exams.licences.services.eligibility import SYSTEM, assess_all, open_rows
from exams.licences.services.ending import Cause, propose_cancellation
from exams.licences.services.renewing import assign_courses, mark_all_due
from exams.licences.services.resting import propose_for_void
from exams.licences.services.steps import Why
from exams.licences.services.suspending import resume
from exams.licences.services.terms import terms_on
from lms.people.models import Officer, OrgUnit

State = EnforcementCertificate.State


@dataclass(frozen=True)
class Night:
    opened: int
    assessed: int
    resumed: int
    due: int
    assigned: int
    proposed: int


def run_night(day: date) -> Night:
    terms = terms_on(day).terms
    return Night(
        opened=open_rows(_without()),
        assessed=assess_all(day),
        resumed=resume_ended(day),
        due=mark_all_due(day, terms),
        assigned=assign_courses(day, terms),
        proposed=propose_for_gone() + propose_for_expired(day) + propose_for_void(),
    )


def _without() -> QuerySet[Officer]:
    live = EnforcementCertificate.objects.live().filter(officer=OuterRef("pk"))
    return Officer.objects.in_service().filter(~Exists(live)).exclude(unit__kind=OrgUnit.Kind.EXTERNAL)


def resume_ended(day: date) -> int:
    """Suspensions whose last day is past."""
    rows = EnforcementCertificate.objects.filter(state=State.SUSPENDED, suspended_until__lt=day)
    why = Why(SYSTEM, "暂扣期满", on=day)
    return len([resume(one, why) for one in rows.order_by("officer__unit__path", "pk")])


def propose_for_gone() -> int:
    """Whoever has left, retired or gone to another house keeps no certificate of this one."""
    away = Q(officer__status__in=GONE) | Q(officer__unit__kind=OrgUnit.Kind.EXTERNAL)
    rows = EnforcementCertificate.objects.held().filter(away).select_related("officer__unit")
    found = [(one, f"licences.gone:{one.pk}:{one.officer.status}:{one.officer.unit_id}") for one in rows]
    known = _known([key for _, key in found])
    new = [(one, key) for one, key in found if key not in known]
    for one, key in new:
        cause = Cause.RETIRED if one.officer.status == Officer.Status.RETIRED else Cause.MOVED
        note = f"现为{one.officer.get_status_display()}，{one.officer.unit.name}"
        propose_cancellation(one, cause, key, actor=SYSTEM, note=note)
    return len(new)


def propose_for_expired(day: date) -> int:
    rows = EnforcementCertificate.objects.held().filter(valid_until__lt=day)
    found = [(one, f"licences.expired:{one.pk}:{one.valid_until}") for one in rows]
    known = _known([key for _, key in found])
    new = [(one, key) for one, key in found if key not in known]
    for one, key in new:
        propose_cancellation(
            one, Cause.EXPIRED, key, actor=SYSTEM, note=f"有效期至{one.valid_until:%Y年%-m月%-d日}，未换证"
        )
    return len(new)


def _known(keys: list[str]) -> set[str]:
    return set(CancellationProposal.objects.filter(evidence__in=keys).values_list("evidence", flat=True))
