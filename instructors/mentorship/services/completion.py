"""How a mentorship ends: assessed by one person, completed by another with credit to both, or terminated."""

from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.mentorship.models import Mentorship
from instructors.mentorship.services.agreements import locked, refuse_party
from instructors.mentorship.services.telling import COMPLETE, tell_office, tell_pair
from instructors.mentorship.terms import CREDIT
from lms.audit.services import record
from lms.ledger.models import Entry
from lms.ledger.services.claims import Pair, post_entries, reverse_entries
from lms.ledger.services.posting import Claim
from lms.rules.models import Category, Layer

State, Result = Mentorship.State, Mentorship.Result
MENTOR_PART, LOG_PART = "mentor", "apprentice_log"  # the words of R18


@transaction.atomic
def assess(mentorship: Mentorship, *, actor, result: str, opinion: str) -> Mentorship:
    """By the records of all phases; what was failed can be assessed again after a resit."""
    row = locked(mentorship)
    refuse_party(row, actor)
    if not (row.state == State.ACTIVE or (row.state == State.ASSESSED and row.result == Result.FAILED)):
        raise ValidationError(f"师带徒现为“{row.get_state_display()}”，不能考核。", code="wrong_state")
    if left := row.phases.open().count():
        raise ValidationError(f"还有{left}个阶段没有三方签署，签署完毕后再考核。", code="phases_open")
    row.state, row.result, row.assessment = State.ASSESSED, result, opinion
    row.assessed_by, row.assessed_at = actor, timezone.now()
    row.save(update_fields=["state", "result", "assessment", "assessed_by", "assessed_at"])
    record("mentorship.assess", actor=actor, target=row, result=result)
    tell_pair(row, f"师带徒考核{row.get_result_display()}", opinion)
    if result == Result.PASSED:
        tell_office(row, COMPLETE, "师带徒待审定出徒", "须由考核人以外的另一人审定。")
    return row


@transaction.atomic
def complete(mentorship: Mentorship, *, actor) -> Mentorship:
    """Credit for both, once: mentor and logs by R18 as it is in force on each day."""
    row = locked(mentorship)
    refuse_party(row, actor)
    if row.state == State.COMPLETED:
        raise ValidationError("已审定出徒，学时学分已入账，不重复入账。", code="already_completed")
    if row.state != State.ASSESSED or row.result != Result.PASSED:
        raise ValidationError("考核合格后才能审定出徒。", code="not_passed")
    if row.assessed_by_id == actor.pk:
        raise ValidationError("考核人不能审定自己考核的师带徒，请由另一人审定。", code="same_person")
    row.state, row.completed_by, row.completed_at = State.COMPLETED, actor, timezone.now()
    row.ended_on = timezone.localdate()
    row.save(update_fields=["state", "completed_by", "completed_at", "ended_on"])
    entries = post_credit(row, actor=actor)
    hours, credits = (str(sum(getattr(entry, name) for entry in entries)) for name in ("hours", "credits"))
    record("mentorship.complete", actor=actor, target=row, entries=len(entries), hours=hours, credits=credits)
    tell_pair(row, "师带徒已出徒", "学时学分已记入台账。")
    return row


def post_credit(row: Mentorship, *, actor) -> list[Entry]:
    """What stands in the ledger for it; a second time nothing is added."""
    return post_entries(claims_of(row, str(actor)))


def claims_of(row: Mentorship, posted_by: str) -> list[Pair]:
    """One for each confirmed day of the apprentice, on its own day; one for the mentor, on the day of completion."""
    same = {"rule": CREDIT, "layer": Layer.TEAM, "category": Category.SKILLS, "posted_by": posted_by[:120]}
    logs = [
        (row.apprentice, Claim(
            **same, evidence=log.evidence_key, title=f"师带徒日志：师傅{row.mentor.name}"[:120],
            occurred_at=_noon(log.on), quantity={"part": LOG_PART, "practice_hours": str(log.hours)}, timed=False,
        ))
        for log in row.logs.counted().order_by("on")
    ]  # fmt: skip
    mentor = Claim(
        **same, evidence=row.evidence_key, title=f"师带徒：带教{row.apprentice.name}出徒"[:120],
        occurred_at=row.completed_at or timezone.now(), quantity={"part": MENTOR_PART}, timed=False,
    )  # fmt: skip
    return [*logs, (row.mentor, mentor)]


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def entries_of(row: Mentorship):
    """Its lines in the ledger that stand: neither reversals nor reversed."""
    keys = [row.evidence_key, *(log.evidence_key for log in row.logs.counted())]
    return Entry.objects.filter(evidence__in=keys, reversed_by=None)


@transaction.atomic
def terminate(mentorship: Mentorship, *, actor, reason: str) -> Mentorship:
    """At any time, with the reason; what was already posted for it is reversed."""
    row = locked(mentorship)
    refuse_party(row, actor)
    if row.state == State.TERMINATED:
        raise ValidationError("已终止，不重复办理。", code="already_terminated")
    standing = list(entries_of(row).order_by("pk"))
    reverse_entries(standing, posted_by=str(actor)[:120], reason=f"师带徒终止：{reason}"[:200])
    row.state, row.end_reason = State.TERMINATED, reason
    row.ended_on = row.ended_on or timezone.localdate()
    row.save(update_fields=["state", "end_reason", "ended_on"])
    record("mentorship.terminate", actor=actor, target=row, reason=reason, reversed=len(standing))
    tell_pair(row, "师带徒已终止", reason)
    return row
