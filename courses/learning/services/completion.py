"""What makes a lesson and a course complete, and the one entry that follows."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from courses.learning.coverage import length
from courses.learning.models import CourseProgress, LessonReading
from courses.learning.terms import MILLISECONDS, RULE, Terms, terms_of
from lms.ledger.services.posting import Claim, post_entry
from lms.rules.models import RuleVersion

ONLINE_COURSE = "R05"
VIDEO = "VIDEO"


def terms_on(now: datetime) -> Terms:
    version = RuleVersion.objects.in_force(RULE, timezone.localdate(now))
    if version is None:
        raise LookupError(f"{RULE} has no version in force on {now}")
    return terms_of(version.formula)


def is_video(lesson: dict) -> bool:
    return lesson.get("kind") == VIDEO


def media_length(lesson: dict) -> int:
    return lesson["seconds"] * MILLISECONDS


def is_covered(lesson: dict, covered, terms: Terms) -> bool:
    return length(covered) >= terms.needs(media_length(lesson))


def questions_passed(progress: CourseProgress, position: int, terms: Terms) -> bool:
    """Every question of a lesson tried, and enough of them answered right at least once."""
    asked = len(progress.version.lessons[position - 1].get("questions", []))
    if not asked:
        return True
    tries = progress.answers.filter(position=position).values_list("question", "is_right")
    right = {question for question, is_right in tries if is_right}
    return len({question for question, _ in tries}) == asked and terms.is_passed(len(right), asked)


def is_finished(progress: CourseProgress, position: int) -> bool:
    return progress.readings.filter(position=position, finished_at__isnull=False).exists()


def finish_video_if_done(progress: CourseProgress, position: int, terms: Terms, at: datetime) -> CourseProgress:
    """Mark a video lesson finished when it is covered and its questions are passed."""
    covered = progress.spans.covered().get((progress.pk, position), [])
    lesson = progress.version.lessons[position - 1]
    if not is_covered(lesson, covered, terms) or not questions_passed(progress, position, terms):
        return progress
    reading, _ = LessonReading.objects.get_or_create(
        progress=progress, position=position, defaults={"officer_id": progress.officer_id}
    )
    if reading.finished_at is None:
        reading.seconds, reading.finished_at = lesson["seconds"], at
        reading.save(update_fields=["seconds", "finished_at"])
    return complete_if_done(progress, at)


@transaction.atomic
def complete_if_done(progress: CourseProgress, at: datetime) -> CourseProgress:
    rows = CourseProgress.objects.select_related("version", "officer", "entry")
    progress = rows.select_for_update(of=("self",), no_key=True).get(pk=progress.pk)
    read = progress.readings.filter(finished_at__isnull=False).count()
    if progress.completed_at is None and read == len(progress.version.lessons):
        progress.completed_at = at
        progress.entry = post_entry(progress.officer, completion_claim(progress))
        progress.save(update_fields=["completed_at", "entry"])
    return progress


def completion_claim(progress: CourseProgress) -> Claim:
    assert progress.completed_at is not None
    version = progress.version
    return Claim(
        rule=ONLINE_COURSE,
        evidence=progress.evidence_key,
        title=version.title,
        layer=version.layer,
        category=version.category,
        module=version.module,
        occurred_at=progress.completed_at,
        quantity={"minutes": version.minutes},
    )
