"""Large files as a job with a page of its own: nobody waits in front of a request for a thousand certificates."""

from dataclasses import asdict

from django.db import transaction

from exams.licences.services.dispatching import TAKE_IN
from exams.licences.services.reconciling import Plan
from lms.jobs.models import Job
from lms.jobs.services import enqueue
from lms.people.models import User
from lms.people.upload import Upload

KIND = "licences.take_in"
AT_ONCE = 300  # rows that are carried out while the page loads


def is_long(plan: Plan) -> bool:
    return len(plan.todo) > AT_ONCE


@transaction.atomic
def order(plan: Plan, upload: Upload, checksum: str, *, actor: User, expected: str) -> Job:
    """What was shown, and nothing else: the job compares once more and writes all of it or nothing."""
    params = {"upload": asdict(upload), "checksum": checksum, "expected": expected}
    return enqueue(
        KIND, actor=actor, unit=actor.scope(TAKE_IN)[0], title=f"导入结果文件：{upload.filename}", params=params,
        total=plan.reading.rows, key=upload.sha256,
    )  # fmt: skip
