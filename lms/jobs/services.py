from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from lms.audit.services import record
from lms.jobs.models import Job
from lms.jobs.outbox import owe_message
from lms.jobs.registry import is_registered


@transaction.atomic
def enqueue(  # noqa: PLR0913 - what a person reads, what the handler needs, and whose it is
    kind: str, *, actor, unit, title: str, params: dict, total: int | None = None, key: str = ""
) -> Job:
    """A job and its message, in the caller's transaction; while one with the same key is open, that one."""
    if not is_registered(kind):
        raise LookupError(kind)
    fields = {"title": title[:120], "params": params, "actor": actor, "unit": unit, "total": total}
    if key:
        # The unique index decides between two callers: the loser waits for the winner's commit and finds its job.
        Job.objects.bulk_create([Job(kind=kind, key=key, **fields)], ignore_conflicts=True)
        job = Job.objects.open().get(kind=kind, key=key)
        if job.outbox.exists():
            return job
    else:
        job = Job.objects.create(kind=kind, **fields)
    record("jobs.enqueue", actor=actor, target=job, title=job.title)
    owe_message(job)
    return job


def _locked(job: Job) -> Job:
    return Job.objects.select_for_update(of=("self",)).get(pk=job.pk)


def _refuse_unless(allowed: bool) -> None:
    if not allowed:
        raise ValidationError("任务的状态已变，请刷新后再试。", code="wrong_state")


@transaction.atomic
def pause(job: Job, actor) -> Job:
    return _stop(job, actor, Job.Wish.PAUSE, Job.State.PAUSED)


@transaction.atomic
def cancel(job: Job, actor) -> Job:
    job = _stop(job, actor, Job.Wish.CANCEL, Job.State.CANCELLED)
    if job.state == Job.State.CANCELLED:
        Job.objects.filter(pk=job.pk).update(ended_at=timezone.now())
    return job


def _stop(job: Job, actor, wish: str, state: str) -> Job:
    """A running handler stops between two items; a job that is not running stops here."""
    job = _locked(job)
    _refuse_unless(job.is_open and job.state != state)
    if job.state == Job.State.RUNNING:
        job.wish = wish
    else:
        job.state = state
    job.save(update_fields=["state", "wish"])
    record(f"jobs.{wish.lower()}", actor=actor, target=job)
    return job


@transaction.atomic
def resume(job: Job, actor) -> Job:
    """Go on after a pause, or try once more after a failure; a pause not yet noticed is taken back."""
    job = _locked(job)
    is_pausing = job.state == Job.State.RUNNING and job.wish == Job.Wish.PAUSE
    _refuse_unless(is_pausing or job.state in (Job.State.PAUSED, Job.State.FAILED, Job.State.NEEDS_HUMAN))
    if job.key and Job.objects.open().filter(kind=job.kind, key=job.key).exclude(pk=job.pk).exists():
        raise ValidationError("同一任务已重新提交，正在进行。", code="already_open")
    job.wish = Job.Wish.NONE
    if not is_pausing:
        job.state, job.attempts, job.failure, job.ended_at = Job.State.QUEUED, 0, "", None
        owe_message(job)
    job.save(update_fields=["state", "wish", "attempts", "failure", "ended_at"])
    record("jobs.resume", actor=actor, target=job)
    return job
