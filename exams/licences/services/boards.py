"""What lies on a reviewer's desk, each application with what speaks for and against it now."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils import timezone

from exams.licences.eligibility import Finding, is_met, shortfall
from exams.licences.models import Application
from exams.licences.services.eligibility import findings_of
from exams.licences.services.reviewing import APPROVE, BOARDS, REVIEW
from lms.people.models import User
from lms.people.querysets import in_units

PERMISSIONS = {"review": REVIEW, "approve": APPROVE}


@dataclass(frozen=True)
class Line:
    application: Application
    findings: list[Finding] = field(default_factory=list)
    barred: str = ""

    @property
    def is_met(self) -> bool:
        return is_met(self.findings)

    @property
    def why_not(self) -> str:
        return shortfall(self.findings)


def waiting(user: User, verb: str, wanted: dict) -> QuerySet[Application]:
    rows = Application.objects.within(user, PERMISSIONS[verb]).filter(state=BOARDS[verb])
    if wanted.get("unit"):
        rows = rows.filter(in_units([wanted["unit"]], "certificate__officer__unit"))
    plain = {name: wanted[name] for name in ("kind", "batch") if wanted.get(name)}
    if words := wanted.get("q"):
        rows = rows.filter(
            Q(certificate__officer__name__icontains=words) | Q(certificate__officer__staff_no__iexact=words)
        )
    rows = rows.filter(**plain).with_people().select_related("made_by", "unit_reviewed_by")
    return rows.order_by("certificate__officer__unit__path", "certificate__officer__staff_no")


def lines_of(applications: Sequence[Application], user: User) -> list[Line]:
    """Conditions as they are today, by kind: flat however many lie here."""
    today, found = timezone.localdate(), {}
    for kind in {one.kind for one in applications}:
        found |= findings_of([one.certificate for one in applications if one.kind == kind], today, kind)
    return [Line(one, found[one.certificate_id], _barred(one, user)) for one in applications]


def _barred(application: Application, user: User) -> str:
    """Why this user may not decide it, whatever his role."""
    if application.officer.user_id == user.pk:
        return "本人的申请，须由他人审核"
    if user.pk == application.made_by_id:
        return "您提交的申请，须由另一人审核"
    return "您已作单位审核，须由另一人审核" if user.pk == application.unit_reviewed_by_id else ""
