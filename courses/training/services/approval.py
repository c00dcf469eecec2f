"""A class that is too large to post while somebody waits is posted by a job."""

from django.db import transaction

from courses.training.models import Attendance, TrainingClass
from courses.training.services.posting import post_class
from lms.jobs.models import Job
from lms.jobs.services import enqueue

KIND = "training.post_class"
AT_ONCE = 1000


@transaction.atomic
def approve_class(training_class: TrainingClass, *, actor) -> Job | None:
    """The job, or None when everything is posted already."""
    total = Attendance.objects.credited().filter(session__training_class=training_class).count()
    if total <= AT_ONCE:
        post_class(training_class, actor=actor)
        return None
    return enqueue(
        KIND, actor=actor, unit=training_class.unit, title=f"审批入账：{training_class}", total=total,
        params={"training_class": training_class.pk}, key=f"{KIND}:{training_class.pk}",
    )  # fmt: skip
