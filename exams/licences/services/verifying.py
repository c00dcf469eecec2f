"""What the public page says of a 行政执法证: what it is at this moment, whatever the card in hand says."""

from django.conf import settings
from django.utils import timezone

from exams.licences.machine import ENDED
from exams.licences.models import Card, EnforcementCertificate
from exams.licences.services.cards import edition_of
from lms.certificates.answers import Answer
from lms.certificates.services.verification import same_name
from lms.certificates.wording import chinese_date

ENDED_AS = {"CANCELLED": ("REVOKED", "已注销"), "REVOKED": ("REVOKED", "已吊销")}
HELD_BACK = {"SUSPENDED": ("SUSPENDED", "已暂扣"), "LOST": ("SUSPENDED", "已挂失")}
VALID, LAPSED, SUPERSEDED = ("VALID", "有效"), ("LAPSED", "已过期"), ("SUPERSEDED", "已换发")
NOT_YET = ("LAPSED", "尚未生效")
SHOWN_DIGITS = 4


class Licences:
    """Registered with the public page."""

    def by_code(self, code: str) -> Answer | None:
        rows = Card.objects.select_related("certificate__officer").defer("content")
        found = rows.filter(code=code).first()
        return _answer(found.certificate, found) if found else None

    def by_number(self, number: str, name: str) -> Answer | None:
        rows = EnforcementCertificate.objects.select_related("officer")
        found = rows.filter(number=number).first()
        is_holder = same_name(found.officer.name if found else "", name)
        return _answer(found, None) if found and is_holder else None


def _answer(certificate: EnforcementCertificate, card: Card | None) -> Answer:
    (standing, label), ended_on = _standing(certificate, card)
    facts = [
        ("编号", _masked(certificate.number or "")), ("发证机关", settings.LICENCE_ISSUER),
        ("发证日期", _day(certificate.issued_on)), ("有效期至", _day(certificate.valid_until)),
    ]  # fmt: skip
    title, sha256 = certificate.get_kind_display(), card.sha256 if card else ""
    return Answer(title, certificate.officer.name, standing, label, ended_on, facts, sha256)


def _standing(certificate: EnforcementCertificate, card: Card | None):
    if certificate.state in ENDED:
        return ENDED_AS[certificate.state], certificate.ended_on
    if card and card.edition < edition_of(certificate):
        return SUPERSEDED, certificate.issued_on
    if certificate.state in HELD_BACK:
        return HELD_BACK[certificate.state], _since(certificate)
    if certificate.is_expired:
        return LAPSED, certificate.valid_until
    return (VALID if certificate.is_in_force_on(timezone.localdate()) else NOT_YET), None


def _since(certificate: EnforcementCertificate):
    last = certificate.transitions.filter(to_state=certificate.state).first()
    return last.effective_on if last else None


def _day(day) -> str:
    return chinese_date(day.isoformat()) if day else "—"


def _masked(number: str) -> str:
    """The last four characters: enough to compare with the card in hand, too few to find another's."""
    return "*" * max(len(number) - SHOWN_DIGITS, 0) + number[-SHOWN_DIGITS:]
