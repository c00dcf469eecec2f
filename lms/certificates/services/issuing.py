"""From an entitlement to a numbered certificate, and from that to its one signed document."""

import secrets
from base64 import b32encode
from datetime import date

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lms.audit.services import record
from lms.certificates import paper, seal, wording
from lms.certificates.entitlement import Entitlement, earned
from lms.certificates.glyphs import require_glyphs
from lms.certificates.models import Certificate, CertificateCounter, CertificateDesign, CertificateDocument

BYTES_OF_A_CODE = 16


def issue(key: str, *, actor) -> Certificate:
    """The one certificate for what `key` names, however often and by however many at once it is asked for.

    The entitlement is checked by the app it belongs to. Raises its refusal, or `no_design`, `missing_glyph`,
    `too_long`: then no number is used.
    """
    return Certificate.objects.standing_for(key) or number_certificate(earned(key), actor=actor)


@transaction.atomic
def number_certificate(entitlement: Entitlement, *, actor, supersedes: Certificate | None = None) -> Certificate:
    """Number and row are written together or not at all: whoever dies in between leaves no gap."""
    design = CertificateDesign.objects.in_use(entitlement.kind)
    if design is None:
        raise ValidationError("还没有批准过的证书样式。", code="no_design")
    _require_printable(design, entitlement)
    today = timezone.localdate()
    counter, _ = CertificateCounter.objects.select_for_update().get_or_create(kind=entitlement.kind, year=today.year)
    if found := Certificate.objects.standing_for(entitlement.key):
        return found
    counter.last += 1
    counter.save(update_fields=["last"])
    certificate = _certificate(entitlement, design, today, counter.last)
    certificate.supersedes, certificate.issued_by = supersedes, str(actor)
    certificate.save(force_insert=True)
    record(
        "certificates.issue", actor=actor, target=certificate, unit=entitlement.unit,
        number=certificate.number, entitlement=entitlement.key,
    )  # fmt: skip
    return certificate


def _require_printable(design: CertificateDesign, entitlement: Entitlement) -> None:
    facts = {**entitlement.facts, "name": entitlement.name}
    require_glyphs("".join(map(str, facts.values())))
    wording.require_room(design.body, facts)


def _certificate(entitlement: Entitlement, design: CertificateDesign, today: date, serial: int) -> Certificate:
    number = f"{design.prefix}〔{today.year}〕{serial:06d}号"
    expires_on = _months_later(today, design.valid_months) if design.valid_months else None
    snapshot = {
        **entitlement.facts, "name": entitlement.name, "number": number, "issued_on": today.isoformat(),
        "expires_on": expires_on.isoformat() if expires_on else "",
    }  # fmt: skip
    return Certificate(
        officer=entitlement.officer, unit=entitlement.unit, kind=entitlement.kind, entitlement=entitlement.key,
        design=design, year=today.year, serial=serial, number=number, code=new_code(), snapshot=snapshot,
        issued_on=today, expires_on=expires_on,
    )  # fmt: skip


def new_code() -> str:
    return b32encode(secrets.token_bytes(BYTES_OF_A_CODE)).decode().rstrip("=")


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def document_of(certificate: Certificate) -> CertificateDocument:
    """Its signed bytes, made the first time anybody asks; of two who make them at once, one's are kept."""
    if found := CertificateDocument.objects.filter(certificate=certificate).first():
        return found
    content = signed_sheet(certificate)
    document, _ = CertificateDocument.objects.get_or_create(
        certificate=certificate, defaults={"content": content, "sha256": paper.digest(content)}
    )
    return document


def signed_sheet(certificate: Certificate) -> bytes:
    url = settings.WAGTAILADMIN_BASE_URL + certificate.get_verify_url()
    printed = paper.render(paper.sheet(certificate.design, certificate.snapshot, code=certificate.code, verify_url=url))
    return seal.provider().seal(printed, reason=f"{certificate.design.title}{certificate.number}")
