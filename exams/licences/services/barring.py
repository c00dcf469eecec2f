"""Whose certificate is suspended or revoked does not teach: deposited with the pool as a fact of those days."""

from datetime import date, timedelta

from exams.licences.models import EnforcementCertificate, Transition
from instructors.pool.models import Bar
from instructors.pool.services.bars import Days, deposit_bar

KINDS = {"suspend": Bar.Kind.CERTIFICATE, "revoke": Bar.Kind.NO_CERTIFICATE}
DAY = timedelta(days=1)


def bar(trace: Transition, until_on: date | None = None) -> Bar:
    """From the day a step counts."""
    officer, days = trace.certificate.officer, Days(trace.effective_on, until_on)
    return deposit_bar(officer, KINDS[trace.verb], _key(trace), days, reason=(trace.reason or "执法证暂扣")[:200])


def lift(certificate: EnforcementCertificate, on: date) -> None:
    """Teaches again from `on`: what is barred by any of the officer's certificates ends the day before."""
    steps = Transition.objects.filter(certificate__officer=certificate.officer_id, verb__in=KINDS)
    keys = {_key(trace): trace for trace in steps.select_related("certificate__officer")}
    for standing in Bar.objects.filter(evidence__in=keys):
        if standing.until_on is None or standing.until_on >= on:
            bar(keys[standing.evidence], max(standing.from_on, on - DAY))


def _key(trace: Transition) -> str:
    return f"exams.licences.transition:{trace.pk}"
