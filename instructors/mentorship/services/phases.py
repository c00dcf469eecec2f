"""The end of a phase: mentor and apprentice sign on their phones, the office last."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.mentorship.models import Mentorship, MentorshipPhase, Rating, Side, Signature
from instructors.mentorship.services.agreements import refuse_party, side_of, terms_of
from instructors.mentorship.services.records import open_phase, running
from instructors.mentorship.services.telling import COMPLETE, SIGN, tell_office, tell_pair
from lms.audit.services import record


def missing_before_signing(phase: MentorshipPhase) -> list[tuple[str, str]]:
    """(code, sentence) of everything a phase still needs before anybody signs its end."""
    terms, found = terms_of(phase.mentorship), []
    if phase.logs.waiting().exists():
        found.append(("logs_waiting", "还有徒弟日志没有确认，请师傅先确认或退回。"))
    logs, wanted = phase.logs.counted().count(), terms.number("logs")
    if logs < wanted:
        found.append(("too_few_logs", f"已确认的徒弟日志{logs}/{wanted}篇，请徒弟补写。"))
    sheets, wanted = phase.observations.count(), terms.number("sheets")
    if sheets < wanted:
        found.append(("too_few_sheets", f"观察表{sheets}/{wanted}份，请师傅补填。"))
    return found


def _refuse_unready(phase: MentorshipPhase, side: str) -> None:
    if missing := missing_before_signing(phase):
        code, sentence = missing[0]
        raise ValidationError(sentence, code=code)
    if side == Side.APPRENTICE and not Rating.objects.filter(phase=phase).exists():
        raise ValidationError("请先评价师傅，再签署。评价只有教育培训部门能看到。", code="not_rated")
    if phase.signatures.filter(side=side).exists():
        raise ValidationError("本方已签署。", code="already_signed")


def _current(phase: MentorshipPhase) -> tuple[Mentorship, MentorshipPhase]:
    row = running(phase.mentorship)
    current = open_phase(row)
    if current.pk != phase.pk:
        raise ValidationError(f"现在是{current}，按顺序签署。", code="not_current")
    current.mentorship = row
    return row, current


@transaction.atomic
def sign_phase(phase: MentorshipPhase, note: str, *, actor) -> Signature:
    row, phase = _current(phase)
    side = side_of(row, actor)
    if side is None:
        raise PermissionDenied("阶段由师傅和徒弟本人签署。")
    _refuse_unready(phase, side)
    signed = Signature.objects.create(mentorship=row, phase=phase, side=side, user=actor, note=note)
    record("mentorship.sign_phase", actor=actor, target=phase, side=side)
    if phase.signatures.count() == 2:
        tell_office(row, SIGN, "带教阶段待部门签署", str(phase))
    else:
        tell_pair(row, "请签署带教阶段", str(phase), but=actor)
    return signed


@transaction.atomic
def close_phase(phase: MentorshipPhase, *, actor, note: str = "") -> MentorshipPhase:
    """The office's signature. After the last phase the mentorship is ready to be assessed."""
    row, phase = _current(phase)
    refuse_party(row, actor)
    _refuse_unready(phase, Side.OFFICE)
    if phase.signatures.count() < 2:
        raise ValidationError("师傅和徒弟都签署后部门再签。", code="not_signed_by_both")
    Signature.objects.create(mentorship=row, phase=phase, side=Side.OFFICE, user=actor, note=note)
    phase.closed_at = timezone.now()
    phase.save(update_fields=["closed_at"])
    record("mentorship.sign_phase", actor=actor, target=phase, side=Side.OFFICE)
    tell_pair(row, "带教阶段已签署完毕", str(phase))
    if not row.phases.open().exists():
        tell_office(row, COMPLETE, "师带徒待考核", "各阶段三方均已签署。")
    return phase
