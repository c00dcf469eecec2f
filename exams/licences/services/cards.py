"""证卡: one document for each time a certificate is issued, renewed or made out anew; its bytes are kept."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from exams.licences import card
from exams.licences.exchange import digest
from exams.licences.models import Card, EnforcementCertificate, LevelResult
from exams.licences.services.steps import lock
from lms.audit.services import record
from lms.certificates import seal
from lms.certificates.services.issuing import new_code
from lms.people.models import User

MAKE = "licences.add_card"
# Steps after which a card says something else.
ISSUING = ("issue", "renew", "reissue")


def edition_of(certificate: EnforcementCertificate) -> int:
    """How often it has been made out; what came from before this house counts as once."""
    return max(certificate.transitions.filter(verb__in=ISSUING).count(), 1)


def current_card(certificate: EnforcementCertificate) -> Card | None:
    return certificate.cards.filter(edition=edition_of(certificate)).first()


@transaction.atomic
def make_card(certificate: EnforcementCertificate, *, actor: User) -> Card:
    """The card of this edition, made the first time anybody asks for it while the certificate is in force."""
    certificate = lock(certificate)
    if found := current_card(certificate):
        return found
    if not certificate.is_in_force_on(timezone.localdate()):
        message = f"{certificate.officer}：执法证现为“{certificate.state_label}”，不能制作证卡。"
        raise ValidationError(message, code="not_in_force")
    edition, code = edition_of(certificate), new_code()
    snapshot = snapshot_of(certificate, edition)
    card.require_printable(snapshot)
    content = _signed(snapshot, code)
    made = Card.objects.create(
        certificate=certificate, edition=edition, code=code, snapshot=snapshot, content=content,
        sha256=digest(content), made_by=str(actor)[:120],
    )  # fmt: skip
    record("licences.make_card", actor=actor, target=certificate, edition=edition, sha256=made.sha256)
    return made


def _signed(snapshot: dict, code: str) -> bytes:
    url = settings.WAGTAILADMIN_BASE_URL + reverse("verify:code", args=[code])
    printed = card.render(card.sheet(snapshot, code=code, verify_url=url))
    return seal.provider().seal(printed, reason=f"{snapshot['kind']}{snapshot['number']}")


def snapshot_of(certificate: EnforcementCertificate, edition: int) -> dict:
    """What stands on it, as of today."""
    officer = certificate.officer
    proofs = [
        {"subject": proof.get_subject_display(), "title": _source(proof), "passed_on": proof.passed_on.isoformat()}
        for proof in certificate.proofs.select_related("outcome__attempt__candidate__exam").order_by(
            "subject", "passed_on"
        )
    ]
    today = timezone.localdate().isoformat()
    days = {name: getattr(certificate, name).isoformat() for name in ("issued_on", "valid_from", "valid_until")}
    return days | {
        "name": officer.name, "staff_no": officer.staff_no, "unit": officer.unit.name, "number": certificate.number,
        "kind": certificate.get_kind_display(), "area": certificate.area, "issuer": settings.LICENCE_ISSUER,
        "edition": edition, "made_on": today, "made_iso": today, "proofs": proofs, "levels": _levels(officer),
    }  # fmt: skip


def _source(proof) -> str:
    return proof.outcome.attempt.candidate.exam.title if proof.outcome else proof.note


def _levels(officer) -> list[dict]:
    rows = LevelResult.objects.standing().passed().filter(attempt__candidate__officer=officer).with_people()
    return [
        {
            "level": row.candidate.exam.get_level_display(),
            "title": row.candidate.exam.title,
            "passed_on": row.sat_on.isoformat(),
        }
        for row in rows.order_by("attempt__candidate__sitting__opens_at")
    ]
