"""Whom an office might apply for, each with what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from exams.licences.eligibility import Finding, is_met, shortfall
from exams.licences.machine import STARTS
from exams.licences.models import Application, EnforcementCertificate
from exams.licences.services.eligibility import ASSESSED, findings_of
from lms.people.models import OrgUnit, User
from lms.people.querysets import in_units

APPLY = "licences.add_application"
MOST = 500


@dataclass(frozen=True)
class Prospect:
    certificate: EnforcementCertificate
    findings: list[Finding] = field(default_factory=list)
    is_under_way: bool = False

    @property
    def is_ready(self) -> bool:
        return is_met(self.findings) and not self.is_under_way

    @property
    def why_not(self) -> str:
        return "已有在办的申请" if self.is_under_way else shortfall(self.findings)


def prospects(user: User, unit: OrgUnit, kind: str, numbers: str = "") -> list[Prospect]:
    """Those of a unit who stand where this kind begins; by number, whoever is named."""
    rows = _rows(user, unit, kind)
    if numbers.strip():
        rows = rows.filter(officer__staff_no__in=_known(rows, numbers))
    certificates = list(
        rows.select_related("officer__unit").order_by("officer__unit__path", "officer__staff_no")[: MOST + 1]
    )
    if len(certificates) > MOST:
        raise ValidationError(f"超过{MOST}人，请选下级单位或填写人员编号。", code="too_many")
    return _with_findings(certificates, kind)


def _rows(user: User, unit: OrgUnit, kind: str) -> QuerySet[EnforcementCertificate]:
    states = ASSESSED if kind == Application.Kind.FIRST else (STARTS[kind],)
    rows = EnforcementCertificate.objects.within(user, APPLY).filter(in_units([unit], "officer__unit"))
    return rows.filter(state__in=states)


def _known(rows: QuerySet[EnforcementCertificate], text: str) -> list[str]:
    numbers = list(dict.fromkeys(text.replace("，", " ").replace(",", " ").replace("、", " ").split()))
    found = set(rows.filter(officer__staff_no__in=numbers).values_list("officer__staff_no", flat=True))
    if missing := [number for number in numbers if number not in found]:
        message = f"这些人员不在您的管理范围内，或现在不能办理该事项：{'、'.join(missing[:10])}。"
        raise ValidationError(message, code="unknown")
    return numbers


def _with_findings(certificates: Sequence[EnforcementCertificate], kind: str) -> list[Prospect]:
    if not certificates:
        return []
    found = findings_of(certificates, timezone.localdate(), kind)
    under_way = set(
        Application.objects.under_way().filter(certificate__in=certificates).values_list("certificate", flat=True)
    )
    return [Prospect(one, found[one.pk], one.pk in under_way) for one in certificates]
