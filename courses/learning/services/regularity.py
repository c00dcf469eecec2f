"""Doubt about lessons finished at intervals no hand keeps."""

from datetime import datetime
from itertools import pairwise

from courses.learning.models import CourseProgress, LessonReading, WatchSpan
from courses.learning.terms import MILLISECONDS, Terms


def is_too_regular(progress: CourseProgress, position: int, terms: Terms, now: datetime) -> bool:
    """Whether, with this lesson, so many in a row took their length and always the same while more."""
    if terms.regular_lessons < 1:
        return False
    known = _finished(progress.officer_id, terms.regular_lessons)
    moments = [*known, (now, progress.version.lessons[position - 1]["seconds"])]
    gaps = [_idle(before, after, seconds) for (before, _), (after, seconds) in pairwise(moments)]
    # What was watched without a network arrives at once: lessons that overlap in time say nothing.
    return len(gaps) >= terms.regular_lessons and min(gaps) >= 0 and max(gaps) - min(gaps) <= terms.regular


def _idle(before: datetime, after: datetime, seconds: int) -> int:
    """Milliseconds between two ends that the second lesson itself did not take."""
    return round((after - before).total_seconds() * MILLISECONDS) - seconds * MILLISECONDS


def _finished(officer_id: int, count: int) -> list[tuple[datetime, int]]:
    """The officer's last lessons, in order, with their length; those held back for this reason among them."""
    readings = LessonReading.objects.filter(officer_id=officer_id, finished_at__isnull=False)
    held = WatchSpan.objects.filter(progress__officer_id=officer_id, reason=WatchSpan.Reason.REGULAR)
    rows = [
        *readings.order_by("-finished_at").values_list(
            "finished_at", "position", "progress__version__lessons"
        )[:count],
        *held.order_by("-received_at").values_list("received_at", "position", "progress__version__lessons")[:count],
    ]  # fmt: skip
    latest = sorted((at, lessons[position - 1]["seconds"]) for at, position, lessons in rows if at)
    return latest[-count:]
