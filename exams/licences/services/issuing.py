"""报送 and what comes of it: a certificate issued, renewed, or made out anew. Nothing is issued without a passed exam."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.licences.eligibility import SUBJECTS
from exams.licences.machine import ENDS
from exams.licences.models import Application, EnforcementCertificate
from exams.licences.services.barring import lift
from exams.licences.services.facts import passes_of
from exams.licences.services.steps import Why, advance, lock_application, step
from exams.licences.services.terms import terms_on
from lms.notices.services import notify
from lms.people.models import User


@dataclass(frozen=True)
class Grant:
    """What the issuing authority gave; without an end it is valid for as long as R27 says."""

    number: str
    issued_on: date
    valid_from: date
    valid_until: date | None = None
    area: str = ""


@transaction.atomic
def submit(application: Application, *, actor: User | str, evidence: dict | None = None) -> Application:
    """Handed to the issuing authority, in a file that the evidence names."""
    return advance(lock_application(application), "submit", Why(actor, evidence=evidence or {}))


def finish(application: Application, grant: Grant, why: Why) -> EnforcementCertificate:
    """What was granted, whatever was applied for."""
    return {"issue": issue, "renew": renew, "reissue": reissue}[ENDS[application.kind]](application, grant, why)


@transaction.atomic
def issue(application: Application, grant: Grant, why: Why) -> EnforcementCertificate:
    row = _end(application, "issue", why)
    _prove(row.certificate)
    return _grant(row.certificate, "issue", grant, why)


@transaction.atomic
def renew(application: Application, grant: Grant, why: Why) -> EnforcementCertificate:
    row = _end(application, "renew", why)
    return _grant(row.certificate, "renew", grant, why)


@transaction.atomic
def reissue(application: Application, grant: Grant, why: Why) -> EnforcementCertificate:
    """In place of a lost one: mostly another number, and the days that were left."""
    row = _end(application, "reissue", why)
    return _grant(row.certificate, "reissue", grant, why)


def _end(application: Application, verb: str, why: Why) -> Application:
    row = lock_application(application)
    if ENDS[row.kind] != verb:
        raise ValidationError(f"{row.officer.name}：申请事项是{row.get_kind_display()}，请核对。", code="other_kind")
    return advance(row, verb, why)


def _grant(certificate: EnforcementCertificate, verb: str, grant: Grant, why: Why) -> EnforcementCertificate:
    if EnforcementCertificate.objects.filter(number=grant.number).exclude(pk=certificate.pk).exists():
        raise ValidationError(f"证号{grant.number}已用于另一人，请核对。", code="number_taken")
    until = grant.valid_until or terms_on(grant.valid_from).terms.valid_until(grant.valid_from)
    if until <= grant.valid_from:
        raise ValidationError("有效期截止日期应晚于开始日期。", code="dates")
    step(
        certificate, verb, why, number=grant.number, issued_on=grant.issued_on, valid_from=grant.valid_from,
        valid_until=until, area=grant.area or certificate.area, renewal_task=None,
    )  # fmt: skip
    lift(certificate, grant.valid_from)
    notify(
        [certificate.officer.user],
        title="执法证已核发" if verb == "issue" else "执法证已换发",
        body=f"证号{certificate.number}，有效期至{until:%Y年%-m月%-d日}。",
        link=reverse("licences:mine"),
    )
    return certificate


def _prove(certificate: EnforcementCertificate) -> None:
    """The passes it rests on, kept with it for good."""
    passes = passes_of([certificate.officer_id]).get(certificate.officer_id, {})
    asked = terms_on(timezone.localdate()).terms.subjects or tuple(SUBJECTS)
    found = {subject: passes[subject] for subject in asked if subject in passes}
    if not found or len(found) < len(asked):
        missing = "、".join(SUBJECTS[subject] for subject in asked if subject not in found)
        raise ValidationError(f"{certificate.officer.name}：没有{missing}考试的合格记录，不能核发。", code="no_exam")
    for subject, one in found.items():
        certificate.proofs.create(subject=subject, outcome=one.outcome, passed_on=one.on)
