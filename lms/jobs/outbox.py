"""Messages leave after the commit that owes them; a broker that is away delays them and refuses nobody."""

import time
from datetime import timedelta

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from lms.jobs.models import Job, Outbox
from lms.jobs.querysets import OPEN

TASK = "lms.jobs.run"
FORGOTTEN = timedelta(seconds=45)
AWAY_SECONDS = 30
BATCH = 100
log = structlog.get_logger(__name__)
_away_until = 0.0


def owe_message(job: Job, *, at_once: bool = True) -> None:
    """In the caller's transaction. Without `at_once` the relay sends it in its own time."""
    message = Outbox.objects.create(job=job)
    if at_once:
        transaction.on_commit(lambda: _send_at_once(message), robust=True)


def _send_at_once(message: Outbox) -> None:
    """While the broker is away only the first in half a minute waits for it to answer."""
    if time.monotonic() >= _away_until:
        send_unsent(only=message.pk)


def send_unsent(only: int | None = None) -> int:
    """Send what nobody else is sending just now, and say how many went out."""
    with transaction.atomic():
        unsent = Outbox.objects.filter(sent_at=None, **({"pk": only} if only else {}))
        sent = []
        for message in unsent.select_for_update(skip_locked=True)[:BATCH]:
            if not _publish(message.job_id):
                break
            sent.append(message.pk)
        Outbox.objects.filter(pk__in=sent).update(sent_at=timezone.now())
    return len(sent)


def _publish(job_id: int) -> bool:
    global _away_until  # noqa: PLW0603 - what this process knows of the broker
    try:
        current_app.send_task(TASK, [job_id], retry=False)
    except (OperationalError, OSError) as error:
        _away_until = time.monotonic() + AWAY_SECONDS
        log.warning("broker away", error=type(error).__name__, job=job_id)
        return False
    return True


@transaction.atomic
def owe_again() -> int:
    """Messages for jobs whose worker was killed or whose message the broker has lost."""
    lost = Job.objects.abandoned() | Job.objects.forgotten(FORGOTTEN)
    waiting = Outbox.objects.filter(sent_at=None).values("job")
    jobs = list(lost.exclude(pk__in=waiting).select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for job in jobs:
        owe_message(job, at_once=False)
    return len(jobs)


def prune() -> int:
    """What was sent long ago for jobs that are over. An open job keeps its messages: they say that it was queued."""
    since = timezone.now() - timedelta(days=settings.OUTBOX_KEPT_DAYS)
    over = Outbox.objects.filter(sent_at__lt=since).exclude(job__state__in=OPEN)
    return Outbox.objects.filter(pk__in=over.values("pk")).delete()[0]
