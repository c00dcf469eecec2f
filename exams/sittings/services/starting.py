"""Opening an attempt, and moving it to another device."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.crypto import constant_time_compare

from exams.sittings.admission import check_entry
from exams.sittings.deadline import deadline
from exams.sittings.models import Attempt, Candidate, Exam, Signal
from exams.sittings.services.times import compensation_of, times_of
from lms.kit.prepared import Prepared, execute

State = Attempt.State


def database_now() -> datetime:
    """The one clock of an exam. Asked for in its own statement: it moves within a transaction."""
    return execute("SELECT clock_timestamp()", [])[0][0]


def _locked(pk: int):
    rows = Attempt.objects.select_for_update(of=("self",)).filter(pk=pk)
    return rows.select_related("candidate__exam", "candidate__sitting", "candidate__hall")


_LOCKED = Prepared(_locked)


def lock_attempt(pk: int) -> Attempt:
    """Saves wait until whoever holds this is done. Call it in a transaction."""
    (attempt,) = _LOCKED(pk)
    return attempt


@transaction.atomic
def start_attempt(attempt: Attempt, *, code: str = "") -> Attempt:
    """Begin, once; begun already, it is given back as it stands (another device takes over instead).

    ValidationError "early" | "late" | "closed" by the clock, "wrong_code" without the hall's, "not_expected" for
    whoever was deferred or is absent, "void" for what was voided.
    """
    attempt = lock_attempt(attempt.pk)
    if attempt.state != State.READY:
        return attempt
    candidate = attempt.candidate
    if candidate.state != Candidate.State.EXPECTED:
        raise ValidationError(
            f"您本场登记为{candidate.get_state_display()}，不能开考。请与考务联系。", code="not_expected"
        )
    check_code(candidate, code)
    now = database_now()
    times = times_of(candidate)
    given_back = compensation_of(candidate)
    closes_at = times.closes_at and times.closes_at + given_back
    check_entry(now, candidate.sitting.opens_at, closes_at, candidate.exam.entry_minutes)
    attempt.started_at, attempt.deadline_at = now, deadline(times, now, given_back)
    attempt.state, attempt.epoch = State.OPEN, 1
    attempt.save(update_fields=["started_at", "deadline_at", "state", "epoch"])
    return attempt


def check_code(candidate: Candidate, code: str) -> None:
    """Where papers open only in a hall, its code has to be typed: it stands on the screen there."""
    if candidate.exam.browsers != Exam.Browsers.HALL:
        return
    if candidate.hall is None or not constant_time_compare(code.strip(), candidate.hall.code):
        raise ValidationError("考场口令不对。口令显示在考场大屏上，请核对后重新输入。", code="wrong_code")


@transaction.atomic
def take_over(attempt: Attempt, *, code: str = "") -> Attempt:
    """Another device goes on; what the one before sends from now on is refused as superseded."""
    attempt = lock_attempt(attempt.pk)
    if attempt.state != State.OPEN:
        raise ValidationError("这份答卷现在不能接着答。", code="not_open")
    check_code(attempt.candidate, code)
    attempt.epoch += 1
    attempt.save(update_fields=["epoch"])
    Signal.objects.create(attempt=attempt, kind=Signal.Kind.TAKEN_OVER, at=database_now())
    return attempt
