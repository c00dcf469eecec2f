"""申办: by the officer himself or by his office, one or many, each with the reasons it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.licences.eligibility import FIRST, Finding, is_met, shortfall
from exams.licences.machine import STARTS
from exams.licences.models import Application, ApplicationBatch, EnforcementCertificate
from exams.licences.services.eligibility import ASSESSED, assess_eligibility, certificate_of, findings_of, kind_for
from exams.licences.services.steps import VERBS, Why, advance, lock, lock_application, step
from exams.licences.services.terms import terms_on
from lms.audit.services import record
from lms.people.models import Officer, OrgUnit, User

Kind = Application.Kind


@dataclass(frozen=True)
class Wish:
    """What is applied for; the kind follows from the certificate where none is named."""

    area: str
    note: str = ""
    kind: str = ""
    batch: ApplicationBatch | None = None


@dataclass(frozen=True)
class Row:
    """What became of one officer of many: an application, or the reason why there is none."""

    officer: Officer
    application: Application | None = None
    refusal: str = ""
    code: str = ""
    findings: list[Finding] = field(default_factory=list)


@transaction.atomic
def apply(officer: Officer, wish: Wish, *, actor: User) -> Application:
    certificate = certificate_of(officer)
    if certificate.state in ASSESSED:
        assess_eligibility(certificate)
    row = lock(certificate)
    kind = wish.kind or kind_for(row)
    findings = _require(row, kind)
    why = Why(actor, wish.note, {"kind": kind, "findings": [one.as_dict() for one in findings]})
    if kind == Kind.FIRST:
        step(row, "apply", why)
    application = row.applications.create(
        kind=kind, area=wish.area, note=wish.note, batch=wish.batch, made_by=actor,
        findings=why.evidence["findings"], rule_version=terms_on(timezone.localdate()).version,
    )  # fmt: skip
    record("licences.file_application", actor=actor, target=application, kind=kind, area=wish.area)
    return application


def _require(row: EnforcementCertificate, kind: str) -> list[Finding]:
    """In the order a person would ask: is one under way, may this be applied for now, are the conditions met."""
    name = row.officer.name
    if row.applications.under_way().exists():
        raise ValidationError(f"{name}：已有在办的申请，办结后才能再申请。", code="under_way")
    findings = findings_of([row], timezone.localdate(), kind)[row.pk]
    if row.state != STARTS[kind]:
        if kind == FIRST and row.state in ASSESSED:
            raise ValidationError(f"{name}：不符合申领条件：{shortfall(findings)}。", code="not_eligible")
        state, label = row.get_state_display(), Kind(kind).label
        raise ValidationError(f"{name}：执法证现为“{state}”，不能申请{label}。", code="not_allowed")
    if not is_met(findings):
        raise ValidationError(f"{name}：不符合{Kind(kind).label}条件：{shortfall(findings)}。", code="not_eligible")
    return findings


@transaction.atomic
def withdraw(application: Application, *, actor: User) -> Application:
    """Taken back by whoever made it, or by the officer it is about, until somebody has looked at it."""
    row = lock_application(application)
    if actor.pk not in (row.made_by_id, row.officer.user_id):
        raise ValidationError(f"{VERBS['withdraw']}只能由申请人或本人办理。", code="not_yours")
    return advance(row, "withdraw", Why(actor, "申请人撤回"))


@transaction.atomic
def apply_many(
    unit: OrgUnit, officers: Sequence[Officer], wish: Wish, *, actor: User
) -> tuple[ApplicationBatch, list[Row]]:
    """Whoever can be applied for is; the others come back with their reasons. Raises `nobody` if that is everybody."""
    title = f"{unit.name}{timezone.localdate():%Y年%-m月%-d日}批量申办"
    batch = ApplicationBatch.objects.create(unit=unit, title=title, made_by=actor)
    each = Wish(wish.area, wish.note, wish.kind, batch)
    rows = [_one_of_many(officer, each, actor) for officer in officers]
    taken = sum(1 for row in rows if row.application)
    if not taken:
        first = rows[0].refusal if rows else "没有选择人员。"
        raise ValidationError(f"没有可以申办的人员。{first}", code="nobody")
    record("licences.apply_many", actor=actor, target=batch, people=len(rows), taken=taken)
    return batch, rows


def _one_of_many(officer: Officer, wish: Wish, actor: User) -> Row:
    try:
        with transaction.atomic():
            return Row(officer, apply(officer, wish, actor=actor))
    except ValidationError as refusal:
        return Row(officer, refusal=" ".join(refusal.messages), code=refusal.code or "")
