"""Where a worker dies while it issues certificates: by a seal of its own and by watching its SQL, not by product code.

FAILPOINT names the place, FAILPOINT_TIMES how often, FAILPOINT_FILE keeps the count, FAILPOINT_ALL=1 takes the whole
worker along and not only the child that does the work.
"""

import os
import signal
from pathlib import Path

from django.db.backends.signals import connection_created

from lms.certificates.seal import DevelopmentSeal

DOCUMENT, STATUS = 'INSERT INTO "certificates_certificatedocument"', 'UPDATE "jobs_job"'
seen = set()


def die_at(place: str) -> None:
    if os.environ.get("FAILPOINT") != place:
        return
    counted = Path(os.environ["FAILPOINT_FILE"])
    if len(counted.read_text()) >= int(os.environ["FAILPOINT_TIMES"]):
        return
    with counted.open("a") as file:
        file.write("x")
    if os.environ.get("FAILPOINT_ALL"):
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


class Seal(DevelopmentSeal):
    """Numbered and committed by now, nothing signed yet."""

    def seal(self, pdf, *, reason):
        die_at("number")
        return super().seal(pdf, reason=reason)


def watch(execute, sql, params, many, context):
    if sql.startswith(STATUS) and DOCUMENT in seen:
        die_at("status")
    result = execute(sql, params, many, context)
    if sql.startswith(DOCUMENT):
        seen.add(DOCUMENT)
        die_at("document")
    return result


def install(connection, **kwargs) -> None:
    connection.execute_wrappers.append(watch)


connection_created.connect(install, dispatch_uid="failpoints")
