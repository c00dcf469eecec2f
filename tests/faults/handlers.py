"""Jobs that die in every way; each writes what it did into a file, as a dead process leaves nothing else."""

import os
import signal
import time
from pathlib import Path

from lms.jobs.registry import register


def note(job, word: str) -> int:
    """Append a word, and say how often it stands there now."""
    path = Path(job.params["file"])
    with path.open("a") as file:
        file.write(f"{word}\n")
    return path.read_text().split().count(word)


@register("faults.die")
def die(job):
    """Kills its own process as often as asked."""
    if note(job, "run") <= job.params["times"]:
        os.kill(os.getpid(), signal.SIGKILL)
    note(job, "end")


@register("faults.slow")
def slow(job):
    """Ten items that are made once each, whoever makes them."""
    note(job, "run")
    for number in range(10):
        made = Path(job.params["file"]).with_name(f"item-{number}")
        if not made.exists():
            time.sleep(job.params["seconds"] / 10)
            made.touch(exist_ok=False)
        job.advance()
        job.flush()
        if job.should_stop():
            return
    note(job, "end")
