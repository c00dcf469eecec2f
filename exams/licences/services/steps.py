"""One step of a certificate or an application: under its lock, by the table, with its trace. Every verb goes through here."""

from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from exams.licences.machine import APPLICATION, CERTIFICATE, after
from exams.licences.models import Application, EnforcementCertificate, Transition
from lms.audit.services import record
from lms.people.models import User

State = EnforcementCertificate.State
VERBS = {
    "qualify": "认定符合条件", "disqualify": "不再符合条件", "apply": "申请", "review": "单位审核", "approve": "市局审核",
    "submit": "报送", "issue": "核发", "withdraw": "撤回", "return": "退回", "fall_due": "列入换证", "renew": "换证",
    "suspend": "暂扣", "resume": "恢复", "report_lost": "挂失", "reissue": "补证", "cancel": "注销", "revoke": "吊销",
    "lapse": "终止申请",
}  # fmt: skip


@dataclass(frozen=True)
class Why:
    """Who does something and on what grounds; from `on`, by default today."""

    actor: User | str
    reason: str = ""
    evidence: dict = field(default_factory=dict)
    on: date | None = None


def lock(certificate: EnforcementCertificate) -> EnforcementCertificate:
    """Everything about one certificate queues on its row."""
    rows = EnforcementCertificate.objects.select_related("officer__unit").select_for_update(of=("self",))
    return rows.get(pk=certificate.pk)


def lock_application(application: Application) -> Application:
    """Its certificate first, as everywhere; then the application as it is now."""
    certificate = lock(EnforcementCertificate(pk=application.certificate_id))
    row = Application.objects.select_related("batch", "made_by").get(pk=application.pk)
    row.certificate = certificate
    return row


def step(certificate: EnforcementCertificate, verb: str, why: Why, **values) -> Transition:
    """Take a locked certificate on by a verb. `values` are what else changes on it."""
    to = after(CERTIFICATE, certificate.state, verb)
    if to is None:
        raise _refusal(verb, certificate.get_state_display(), certificate.officer.name)
    refuse_own(certificate, why.actor, verb)
    before, certificate.state = certificate.state, to
    for name, value in values.items():
        setattr(certificate, name, value)
    certificate.save(update_fields=["state", *values])
    trace = certificate.transitions.create(
        verb=verb, from_state=before, to_state=to, actor=str(why.actor)[:120], reason=why.reason[:300],
        evidence=why.evidence, effective_on=why.on or timezone.localdate(),
    )  # fmt: skip
    record(
        f"licences.{verb}", actor=why.actor, target=certificate, old=before, new=to, reason=why.reason,
        number=certificate.number or "",
    )  # fmt: skip
    return trace


def advance(application: Application, verb: str, why: Why, **values) -> Application:
    """Take a locked application on by a verb; a first one takes its certificate along."""
    to = require_step(application, verb)
    if application.kind == Application.Kind.FIRST and verb != "issue":
        step(application.certificate, verb, why)
    else:
        refuse_own(application.certificate, why.actor, verb)
        action = f"licences.{verb}_application"
        record(action, actor=why.actor, target=application, kind=application.kind, reason=why.reason)
    application.state = to
    for name, value in values.items():
        setattr(application, name, value)
    application.save(update_fields=["state", *values])
    return application


def require_step(application: Application, verb: str) -> str:
    """Where the verb leads."""
    to = after(APPLICATION, application.state, verb)
    if to is None:
        raise _refusal(verb, application.get_state_display(), application.officer.name)
    return to


OWN = ("apply", "withdraw", "report_lost", "lapse")


def refuse_own(certificate: EnforcementCertificate, actor: User | str, verb: str) -> None:
    if verb not in OWN and isinstance(actor, User) and certificate.officer.user_id == actor.pk:
        raise ValidationError("不能办理本人的执法证，请由他人办理。", code="oneself")


def _refusal(verb: str, state: str, name: str) -> ValidationError:
    return ValidationError(f"{name}：现为“{state}”，不能办理{VERBS[verb]}。请刷新后再看。", code="not_allowed")
