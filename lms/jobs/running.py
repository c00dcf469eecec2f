"""One run of a job, from the lock to the last word."""

import time
import traceback
import uuid
from contextlib import contextmanager

import structlog
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import timezone

from lms.jobs.models import Job, JobLine
from lms.jobs.outbox import owe_message
from lms.jobs.querysets import LOCK
from lms.jobs.registry import handler_of
from lms.notices.services import notify

ATTEMPTS = 3
FLUSH_SECONDS = 0.5
START_SECONDS = 5
HUMAN = "处理时反复中断，已停止重试，请联系系统管理员。"
log = structlog.get_logger(__name__)


class LostLease(Exception):  # noqa: N818 - no fault of the handler's
    """Somebody else runs this job by now."""


class Running:
    """What a handler sees of its job. Call `advance` outside transactions: a rollback would take the count back."""

    def __init__(self, job: Job):
        self.job, self.params, self.actor, self.unit = job, job.params, job.actor, job.unit
        self.done, self.held, self.wish = 0, 0, ""
        self._lines: list[JobLine] = []
        self._flushed_at = time.monotonic()

    def set_total(self, total: int) -> None:
        self._write(total=total)

    def advance(self, done: int = 1, held=None) -> None:
        """`held` is the object held back, or {"what": …, "why": …}."""
        self.done += done
        if held is not None:
            held = held if isinstance(held, dict) else {"what": str(held), "why": ""}
            self.held += 1
            self._add(str(held["what"])[:120] or "—", str(held["why"]))
        self._flush_sometimes()

    def log(self, text: str) -> None:
        self._add("", text)
        self._flush_sometimes()

    def should_stop(self) -> bool:
        """Somebody wants a pause or an end: return from the handler between two items."""
        self._flush_sometimes()
        return bool(self.wish)

    def result(self, found: dict, *, link: str = "") -> None:
        """Labels and values for the job's page; `link` leads to what was made."""
        self._write(result=found, result_link=link)

    def attach(self, name: str, content: bytes) -> None:
        self.job.result_file.save(name, ContentFile(content), save=False)
        self._write(result_file=self.job.result_file.name)

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        JobLine.objects.bulk_create(lines)
        self._write(done=self.done, held=self.held)
        self.wish = Job.objects.values_list("wish", flat=True).get(pk=self.job.pk)
        self._flushed_at = time.monotonic()

    def _add(self, what: str, text: str) -> None:
        self._lines.append(JobLine(job=self.job, what=what, text=text[:500]))

    def _flush_sometimes(self) -> None:
        if time.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()

    def _write(self, **fields) -> None:
        mine = Job.objects.filter(pk=self.job.pk, lease=self.job.lease)
        if not mine.update(heartbeat_at=timezone.now(), **fields):
            raise LostLease


@contextmanager
def _lock(job_id: int):
    """Held by the connection, so that it goes when the process goes, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, job_id])
        is_held = cursor.fetchone()[0]
    try:
        yield is_held
    finally:
        if is_held and _is_connected():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, job_id])


def _is_connected() -> bool:
    return connection.connection is not None and connection.is_usable()


def run_job(job_id: int) -> None:
    """Carry out a job unless somebody does already; any number of calls is harmless."""
    deadline = time.monotonic() + START_SECONDS
    while not _tried(job_id) and time.monotonic() < deadline:
        # The lock of the last run may outlive by a moment the commit that queued this one.
        time.sleep(0.1)


def _tried(job_id: int) -> bool:
    with _lock(job_id) as is_held:
        if not is_held:
            return not Job.objects.filter(pk=job_id, state=Job.State.QUEUED).exists()
        job = _begin(job_id)
        if job:
            _carry_out(Running(job))
    return True


@transaction.atomic
def _begin(job_id: int) -> Job | None:
    """Count the attempt before anything can go wrong; the one who counts the fourth calls a human."""
    job = Job.objects.select_for_update(of=("self",)).select_related("actor", "unit").filter(pk=job_id).first()
    if job is None or job.state not in (Job.State.QUEUED, Job.State.RUNNING):
        return None
    if job.wish:
        _end(job, Job.State.PAUSED if job.wish == Job.Wish.PAUSE else Job.State.CANCELLED)
        return None
    if job.attempts >= ATTEMPTS:
        log.error("job needs a human", job=job.pk, kind=job.kind)
        _end(job, Job.State.NEEDS_HUMAN, HUMAN)
        return None
    job.state, job.lease, job.attempts = Job.State.RUNNING, uuid.uuid4(), job.attempts + 1
    job.done = job.held = 0
    job.started_at = job.heartbeat_at = timezone.now()
    job.lines.exclude(what="").delete()
    job.save()
    return job


def _carry_out(running: Running) -> None:
    try:
        handler_of(running.job.kind)(running)
        running.flush()
    except LostLease:
        return
    except ValidationError as refusal:
        _finish(running, Job.State.FAILED, " ".join(refusal.messages))
    except Exception:
        log.exception("job broke off", job=running.job.pk, kind=running.job.kind)
        if not _is_connected():
            raise  # the lock is gone with the connection: the relay will have the job run again
        running.log(traceback.format_exc()[-500:])
        _finish(running, None)
    else:
        _finish(running, Job.State.DONE)


@transaction.atomic
def _finish(running: Running, state: str | None, failure: str = "") -> None:
    """`state` is None after an error nobody foresaw, which deserves another try."""
    job = Job.objects.select_for_update(of=("self",)).get(pk=running.job.pk)
    if job.lease != running.job.lease:
        return
    JobLine.objects.bulk_create(running._lines)
    job.done, job.held = running.done, running.held
    if state is None:
        _again(job)
    elif running.wish and state == Job.State.DONE:
        _stop(job)
    else:
        _end(job, state, failure)


def _again(job: Job) -> None:
    if job.attempts >= ATTEMPTS:
        _end(job, Job.State.NEEDS_HUMAN, HUMAN)
        return
    job.state = Job.State.QUEUED
    job.save()
    owe_message(job, at_once=False)


def _stop(job: Job) -> None:
    if not job.wish:  # taken back after the handler had seen it
        job.state, job.attempts = Job.State.QUEUED, 0
        job.save()
        owe_message(job)
        return
    _end(job, Job.State.PAUSED if job.wish == Job.Wish.PAUSE else Job.State.CANCELLED)


def _end(job: Job, state: str, failure: str = "") -> None:
    job.state, job.failure, job.wish = state, failure[:300], Job.Wish.NONE
    if state == Job.State.PAUSED:
        job.attempts = 0
    else:
        job.ended_at = timezone.now()
    job.save()
    if state not in (Job.State.PAUSED, Job.State.CANCELLED):
        notify([job.actor], title=f"{job.get_state_display()}：{job.title}"[:80], body=summary(job), link=job.page)


def summary(job: Job) -> str:
    held = f"，未办{job.held:,}项，请到任务页查看原因" if job.held else ""
    return job.failure or f"已处理{job.done:,}项{held}。"
