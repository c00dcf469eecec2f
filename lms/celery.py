import os

from celery import Celery
from celery.schedules import crontab
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings.production")

app = Celery("lms")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

NIGHTLY = {"verify_ledger": 2, "audit_invariants": 3, "clearsessions": 4, "sweep_imports": 5}
app.conf.beat_schedule = {
    name: {"task": "lms.run_command", "schedule": crontab(hour=hour, minute=10), "args": [name]}
    for name, hour in NIGHTLY.items()
}


@app.task(name="lms.run_command")
def run_command(name: str) -> None:
    """Periodic work is a management command; only those of the schedule may be asked for."""
    if name not in NIGHTLY:
        raise ValueError(name)
    call_command(name)
