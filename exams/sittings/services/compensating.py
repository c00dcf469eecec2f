"""补时: proposed in the hall, granted by another person, counted at once for whoever is still writing."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exams.sittings.models import Attempt, Candidate, Compensation
from exams.sittings.services.starting import lock_attempt
from exams.sittings.services.times import deadline_of
from lms.audit.services import record
from lms.kit.services import check_by_second_person


def concerned(compensation: Compensation):
    """The candidates a compensation is for."""
    if compensation.candidate_id:
        return Candidate.objects.filter(pk=compensation.candidate_id)
    rows = Candidate.objects.filter(sitting=compensation.sitting_id)
    return rows.filter(hall=compensation.hall_id) if compensation.hall_id else rows


@transaction.atomic
def propose_compensation(compensation: Compensation, *, actor) -> Compensation:
    compensation.made_by = actor
    compensation.full_clean(exclude=["made_by"])
    compensation.save()
    people = concerned(compensation).count()
    record(
        "sittings.propose_compensation", actor=actor, target=compensation, people=people, minutes=compensation.minutes
    )
    return compensation


@transaction.atomic
def grant_compensation(compensation: Compensation, *, actor) -> int:
    """Give the minutes; answers how many open attempts end later for it. Their devices hear of it with the next beat.

    What was handed in meanwhile stays handed in, unless the clock did it: that is opened again.
    """
    if compensation.refused_at:
        raise ValidationError("这一补时已不予批准。", code="refused")
    compensation = check_by_second_person(
        compensation,
        actor,
        action="sittings.grant_compensation",
        minutes=compensation.minutes,
        reason=compensation.reason,
    )
    attempts = Attempt.objects.filter(candidate__in=concerned(compensation)).exclude(state=Attempt.State.READY)
    return sum(_extend(pk) for pk in attempts.order_by("pk").values_list("pk", flat=True))


def _extend(pk: int) -> bool:
    attempt = lock_attempt(pk)
    is_swept = attempt.state == Attempt.State.SUBMITTED and attempt.how == Attempt.How.TIME
    if attempt.started_at is None or (attempt.state != Attempt.State.OPEN and not is_swept):
        return False
    attempt.deadline_at = deadline_of(attempt.candidate, attempt.started_at)
    if is_swept:
        attempt.state, attempt.how, attempt.finished_at, attempt.submitted_at = Attempt.State.OPEN, "", None, None
    attempt.save(update_fields=["deadline_at", "state", "how", "finished_at", "submitted_at"])
    return True


@transaction.atomic
def refuse_compensation(compensation: Compensation, *, actor, reason: str) -> None:
    """Whoever proposed it may take it back himself."""
    rows = Compensation.objects.pending().filter(pk=compensation.pk)
    if not rows.update(refused_at=timezone.now()):
        raise ValidationError("这一补时已有决定。", code="decided")
    record("sittings.refuse_compensation", actor=actor, target=compensation, reason=reason)


def minutes_lost(reported, restored, *, is_own_fault: bool) -> timedelta:
    """What an interruption gives back: its whole length, and nothing where the candidate caused it."""
    return timedelta() if is_own_fault else restored - reported
