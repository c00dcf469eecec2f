"""Who may apply, and why not."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from exams.licences.eligibility import FIRST, RENEWAL, Finding, is_met, judge, shortfall
from exams.licences.machine import STARTS
from exams.licences.models import EnforcementCertificate
from exams.licences.services.facts import facts_of
from exams.licences.services.steps import Why, lock, step
from exams.licences.services.terms import terms_on
from lms.people.models import Officer

State = EnforcementCertificate.State
KIND_FROM = {state: kind for kind, state in STARTS.items()}
ASSESSED = (State.NOT_HELD, State.ELIGIBLE)
SYSTEM = "系统"


def certificate_of(officer: Officer) -> EnforcementCertificate:
    """The officer's one that has not ended; who has none gets an empty one."""
    held = EnforcementCertificate.objects.live().select_related("officer__unit")
    if found := held.filter(officer=officer).first():
        return found
    try:
        with transaction.atomic():
            return EnforcementCertificate.objects.create(officer=officer)
    except IntegrityError:  # somebody was as quick
        return held.get(officer=officer)


def kind_for(certificate: EnforcementCertificate) -> str:
    """What its holder would apply for."""
    return KIND_FROM.get(certificate.state, RENEWAL if certificate.is_held else FIRST)


def findings_of(certificates: Sequence[EnforcementCertificate], day: date, kind: str = "") -> dict[int, list[Finding]]:
    """By certificate, for what each would apply for; flat queries however many they are."""
    terms = terms_on(day).terms
    facts = facts_of(certificates, terms, day)
    return {one.pk: judge(kind or kind_for(one), facts[one.pk], terms, day) for one in certificates}


@transaction.atomic
def assess_eligibility(certificate: EnforcementCertificate) -> list[Finding]:
    """Say whether its officer may apply for a first one now, and put the certificate into the state that follows."""
    row = lock(certificate)
    findings = findings_of([row], timezone.localdate(), FIRST)[row.pk]
    _follow(row, findings)
    return findings


def _follow(row: EnforcementCertificate, findings: list[Finding]) -> bool:
    met = is_met(findings)
    evidence = {"findings": [one.as_dict() for one in findings]}
    if met and row.state == State.NOT_HELD:
        step(row, "qualify", Why(SYSTEM, "符合全部申领条件", evidence))
        return True
    if not met and row.state == State.ELIGIBLE:
        step(row, "disqualify", Why(SYSTEM, shortfall(findings), evidence))
        return True
    return False


def assess_all(day: date) -> int:
    """Everybody without a certificate, as the night does. Says how many stand elsewhere than before."""
    rows = EnforcementCertificate.objects.filter(state__in=ASSESSED).select_related("officer__unit")
    waiting = list(rows.order_by("officer__unit__path", "pk"))
    findings = findings_of(waiting, day, FIRST) if waiting else {}
    changed = [one for one in waiting if is_met(findings[one.pk]) != (one.state == State.ELIGIBLE)]
    return sum(_reassess(one, findings[one.pk]) for one in changed)


@transaction.atomic
def _reassess(certificate: EnforcementCertificate, findings: list[Finding]) -> bool:
    return _follow(lock(certificate), findings)


def open_rows(officers: Iterable[Officer]) -> int:
    """An empty certificate for everybody who has none that stands."""
    rows = [EnforcementCertificate(officer=one) for one in officers]
    EnforcementCertificate.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    return len(rows)
