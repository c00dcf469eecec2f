"""候补: first come, first seated, each told once."""

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from courses.training.models import Enrollment, TrainingClass
from courses.training.seats import Seats
from lms.audit.services import record
from lms.jobs.services import enqueue
from lms.notices.services import notify

PROMOTE = "training.promote"
OPEN = (TrainingClass.State.ENROLLING, TrainingClass.State.READY)
State = Enrollment.State


def owe_promotion(training_class: TrainingClass) -> None:
    """In the transaction that freed a seat. Each freed seat has a job of its own: a shared one might just be ending."""
    if not training_class.enrollments.waiting().exists():
        return
    enqueue(
        PROMOTE, actor=training_class.made_by, unit=training_class.unit, title=f"候补递补：{training_class.title}",
        params={"training_class": training_class.pk},
    )  # fmt: skip


@transaction.atomic
def promote(training_class: TrainingClass) -> list[Enrollment]:
    """Seat those who wait, as far as there are seats for them. Any number of calls is harmless."""
    training_class = TrainingClass.objects.select_for_update(of=("self",)).get(pk=training_class.pk)
    if training_class.state not in OPEN or training_class.starts_on <= timezone.localdate():
        return []
    seats, promoted = Seats(training_class), []
    for row in training_class.enrollments.waiting().select_related("unit", "officer__user", "guest"):
        share = seats.share_of(row.unit)
        if seats.room(share):
            seats.waiting[share] -= 1
            seats.taken[share] += 1
            promoted.append(_promote(training_class, row))
    return promoted


def _promote(training_class: TrainingClass, row: Enrollment) -> Enrollment:
    row.state, row.decided_at = State.CONFIRMED, timezone.now()
    row.save(update_fields=["state", "decided_at"])
    record("training.promote", actor="系统", target=row, unit=training_class.unit)
    if row.officer:
        notify(
            [row.officer.user],
            title=f"候补已递补，您已录取：{training_class.title}"[:80],
            body=f"{training_class.starts_on:%Y年%-m月%-d日}开班。不能参加的，请尽快在班级页面退出，把名额让给下一位。",
            link=reverse("training:class", args=[training_class.pk]),
            once_key=f"training.promote:{row.pk}",
        )
    return row


def queue_place(enrollment: Enrollment) -> int:
    """第n位 in the queue of the class; quotas may let somebody behind go first."""
    before = Q(waitlisted_at__lt=enrollment.waitlisted_at) | Q(
        waitlisted_at=enrollment.waitlisted_at, pk__lt=enrollment.pk
    )
    return Enrollment.objects.waiting().filter(before, training_class=enrollment.training_class_id).count() + 1
