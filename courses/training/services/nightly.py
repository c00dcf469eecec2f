"""What the night does for classes: duties from postings, seats that stayed free, warnings, a word before the day."""

from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from courses.training.clashes import LIVE, clashes_of
from courses.training.models import Enrollment, TrainingClass
from courses.training.services.duties import derive_duties
from courses.training.services.waitlist import OPEN, promote
from lms.notices.services import notify
from lms.people.models import User
from lms.people.services.postings import follow_ranks


@dataclass
class Night:
    duties: int = 0
    promoted: int = 0
    warnings: int = 0
    reminded: int = 0


def run_night() -> Night:
    follow_ranks(timezone.localdate())
    night = Night(duties=len(derive_duties()))
    coming = TrainingClass.objects.filter(state__in=OPEN, starts_on__gt=timezone.localdate()).select_related("unit")
    for training_class in coming.order_by("pk"):
        night.promoted += len(promote(training_class))
        night.warnings += refresh_warnings(training_class)
        night.reminded += remind(training_class)
    return night


def refresh_warnings(training_class: TrainingClass) -> int:
    """Timetables and rosters change after people have been put in. Says of how many something else is said now."""
    rows = list(training_class.enrollments.filter(state__in=LIVE, officer__isnull=False).select_related("officer"))
    found = clashes_of([row.officer for row in rows if row.officer], training_class)
    changed = [row for row in rows if row.warnings != found.get(row.officer_id or 0, [])]
    for row in changed:
        row.warnings = found.get(row.officer_id or 0, [])
    Enrollment.objects.bulk_update(changed, ["warnings"])
    return len(changed)


def remind(training_class: TrainingClass) -> int:
    """The evening before, each learner once."""
    if training_class.starts_on != timezone.localdate() + timedelta(days=1):
        return 0
    seated = training_class.enrollments.filter(state=Enrollment.State.CONFIRMED, officer__isnull=False)
    return notify(
        User.objects.filter(officer__in=seated.values("officer")),
        title=f"明天开班：{training_class.title}"[:80],
        body=f"{training_class.starts_on:%Y年%-m月%-d日}开班，请查看课表、地点和报到须知。不能参加的，请按规定请假。",
        link=reverse("training:class", args=[training_class.pk]),
        once_key=f"training.tomorrow:{training_class.pk}",
    )
