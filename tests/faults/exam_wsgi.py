"""The house, made to die at a save or to believe in another time. Nothing of this stands in product code.

KILL_AT before|after the statement, KILL_EVERY so many saves of a process; CLOCK_SHIFT seconds on this server's clock.
"""

import os
import signal
from datetime import timedelta
from itertools import count

from django.utils import timezone

from exams.sittings import saving
from lms.wsgi import application

KILL_AT, KILL_EVERY = os.environ.get("KILL_AT", ""), int(os.environ.get("KILL_EVERY", "0"))
SHIFT = timedelta(seconds=int(os.environ.get("CLOCK_SHIFT", "0")))
saves, execute, now = count(1), saving.execute, timezone.now


def execute_and_die(sql, values):
    is_due = sql is saving.SAVE and next(saves) % KILL_EVERY == 0
    if is_due and KILL_AT == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    rows = execute(sql, values)
    if is_due and KILL_AT == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return rows


if KILL_AT:
    saving.execute = execute_and_die
if SHIFT:
    timezone.now = lambda: now() + SHIFT

__all__ = ["application"]
