"""What reading a file of questions costs, each in a process of its own, so that no earlier one hides it.

`python -m tests.exams.bank.measured FILE…` prints a JSON object a file. Limits keep a file that is not refused from
taking the machine along.
"""

import json
import os
import resource
import sys
import time
import traceback
from pathlib import Path

import exams.bank.formats.markup  # noqa: F401 - what a reader loads is no cost of its first file
from exams.bank.formats import READERS, detected

SECONDS, ROOM = 20, 1536 << 20


def measure(path: Path) -> None:
    data = path.read_bytes()
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    peak, begun = _peak(), time.process_time()
    try:
        reading = READERS[detected(data, path.name)](data)
        found = {
            "codes": [note.code for note in reading.errors], "places": [note.place for note in reading.errors],
            "drafts": [draft.content for draft in reading.drafts[:5]], "number": len(reading.drafts),
            "warnings": len(reading.warnings), "unsupported": [note.message for note in reading.unsupported[:5]],
        }  # fmt: skip
    except BaseException:
        found = {"crash": traceback.format_exc(limit=-3)}
    cost = {"seconds": time.process_time() - begun, "kilobytes": _peak() - peak}
    sys.stdout.write(json.dumps({"file": path.name} | found | cost) + "\n")
    sys.stdout.flush()


def _peak() -> int:
    """A fork begins with the memory it has, so that this is what it takes beyond that."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    for name in sys.argv[1:]:
        if child := os.fork():
            if status := os.waitpid(child, 0)[1]:
                sys.stdout.write(json.dumps({"file": Path(name).name, "crash": f"status {status}"}) + "\n")
                sys.stdout.flush()
        else:
            measure(Path(name))
            os._exit(0)
