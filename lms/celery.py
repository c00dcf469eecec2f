import os

from celery import Celery
from celery.schedules import crontab
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

NIGHTLY = {
    "derive_training_duties": 1,
    "mark_stale": 1,
    "remind_room_rechecks": 1,
    "tend_practice_bases": 1,
    "tend_development": 1,
    "tend_licences": 1,
    "verify_ledger": 2,
    "audit_invariants": 3,
    "clearsessions": 4,
    "prune_cache": 4,
    "sweep_imports": 5,
    "prune_outbox": 5,
    "forget_questions": 5,
}
OFTEN = {"relay_outbox": 30, "send_notice_mail": 30, "sweep_attempts": 15, "mark_absent": 300}
app.conf.beat_schedule = {
    name: {"task": "lms.run_command", "schedule": crontab(hour=hour, minute=10), "args": [name]}
    for name, hour in NIGHTLY.items()
} | {
    # Nobody needs the one of half a minute ago, if no worker was there to take it.
    name: {"task": "lms.run_command", "schedule": seconds, "args": [name], "options": {"expires": seconds}}
    for name, seconds in OFTEN.items()
}


# Acknowledged at once: a nightly check takes longer than the visibility timeout, and the next beat makes good for a lost one.
@app.task(name="lms.run_command", acks_late=False)
def run_command(name: str) -> None:
    """Periodic work is a management command; only those of the schedule may be asked for."""
    if name not in NIGHTLY | OFTEN:
        raise ValueError(name)
    call_command(name)
