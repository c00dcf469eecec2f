"""Handing in: once, with a receipt. By the candidate, by the invigilator, or by the clock."""

import hashlib
import json
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from exams.sittings.admission import check_leaving
from exams.sittings.models import Answer, Attempt, Receipt
from exams.sittings.services.starting import database_now, lock_attempt
from lms.kit.prepared import Prepared

State, How = Attempt.State, Attempt.How


def _stored(attempt: int):
    return Answer.objects.filter(attempt=attempt).order_by("slot").values_list("slot", "payload")


def _receipts(attempt: int):
    return Receipt.objects.filter(attempt=attempt).order_by("-number")


_STORED, _RECEIPTS = Prepared(_stored), Prepared(_receipts)


def answers_of(attempt: Attempt) -> dict[int, object]:
    """What counts, by slot; what was taken back is left out."""
    return {slot: payload for slot, payload in _STORED(attempt.pk) if payload is not None}


def answers_hash(attempt_id: int, answers: dict[int, object]) -> str:
    """SHA-256 over the attempt and its answers in canonical JSON: the same for whoever works it out again."""
    content = {"attempt": attempt_id, "answers": {str(slot): answers[slot] for slot in answers}}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def submit(attempt: Attempt, how: str = How.SELF) -> Receipt:
    """Hand in; a second time gives the same receipt. The lock waits for saves under way and refuses later ones.

    ValidationError "not_started", "void", or "too_early" where the exam keeps people in.
    """
    attempt = lock_attempt(attempt.pk)
    if attempt.state == State.SUBMITTED:
        return latest_receipt(attempt)
    if attempt.state != State.OPEN:
        code = "not_started" if attempt.state == State.READY else "void"
        raise ValidationError("答卷没有在作答，不能交卷。", code=code)
    now = database_now()
    if how == How.SELF:
        check_leaving(now, attempt.deadline_at, attempt.candidate.exam.hand_in_minutes)
    return close(attempt, how, now)


def close(attempt: Attempt, how: str, now: datetime) -> Receipt:
    """Call it under the attempt's lock. Whoever is late is recorded as finished at his deadline, not at the sweep."""
    attempt.state, attempt.how, attempt.submitted_at = State.SUBMITTED, how, now
    attempt.finished_at = min(now, attempt.deadline_at) if attempt.deadline_at else now
    attempt.save(update_fields=["state", "how", "submitted_at", "finished_at"])
    return give_receipt(attempt, now)


def give_receipt(attempt: Attempt, now: datetime) -> Receipt:
    answers = answers_of(attempt)
    number = max((one.number for one in receipts_of(attempt)), default=0) + 1
    sha256 = answers_hash(attempt.pk, answers)
    return Receipt.objects.create(attempt=attempt, number=number, answered=len(answers), sha256=sha256, at=now)


def receipts_of(attempt: Attempt) -> list[Receipt]:
    """The latest first."""
    return _RECEIPTS(attempt.pk)


def latest_receipt(attempt: Attempt) -> Receipt:
    return receipts_of(attempt)[0]


def sweep(limit: int = 500) -> int:
    """Hand in what is open past its deadline and grace, several sweepers side by side. Answers how many."""
    done = 0
    while done < limit and _sweep_one():
        done += 1
    return done


@transaction.atomic
def _sweep_one() -> bool:
    now = database_now()
    waiting = Attempt.objects.overdue(now).select_for_update(of=("self",), skip_locked=True).order_by("deadline_at")
    attempt = waiting.select_related("candidate__exam").first()
    if attempt is None:
        return False
    close(attempt, How.TIME, now)
    return True
