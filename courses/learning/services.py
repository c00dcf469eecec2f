from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.catalogue.models import CourseVersion
from courses.learning.models import CourseProgress, LessonReading
from lms.ledger.services.posting import Claim, post_entry
from lms.people.models import Officer

ONLINE_COURSE = "R05"


def begin_course(officer: Officer, version: CourseVersion) -> CourseProgress:
    """The officer's progress of this year; a version begun earlier this year is kept when a newer one is out."""
    now = timezone.now()
    year = timezone.localdate(now).year
    begun = officer.course_progress.filter(version__course=version.course_id, year=year).order_by("started_at").last()
    if begun:
        return begun
    progress, _ = CourseProgress.objects.get_or_create(
        officer=officer, version=version, year=year, defaults={"started_at": now}
    )
    return progress


@transaction.atomic
def open_lesson(progress: CourseProgress, position: int) -> LessonReading:
    """Start the clock on a lesson and stop it on any other the officer had open: no second counts twice."""
    officer = Officer.objects.select_for_update(of=("self",)).get(pk=progress.officer_id)
    now = timezone.now()
    reading, _ = LessonReading.objects.get_or_create(progress=progress, position=position, officer=officer)
    for other in LessonReading.objects.filter(officer=officer, opened_at__isnull=False).exclude(pk=reading.pk):
        _stop_clock(other, now)
    if reading.opened_at is None and reading.finished_at is None:
        reading.opened_at = now
        reading.save(update_fields=["opened_at"])
    return reading


@transaction.atomic
def finish_lesson(progress: CourseProgress, position: int) -> CourseProgress:
    """Mark a lesson read; refused (`too_early`) before its minutes have passed on the server's clock."""
    Officer.objects.select_for_update(of=("self",)).get(pk=progress.officer_id)
    now = timezone.now()
    reading = LessonReading.objects.filter(progress=progress, position=position).first()
    if reading is None:
        raise ValidationError("请先打开本节课文。", code="not_opened")
    if reading.finished_at is None:
        if left := seconds_left(reading, now):
            raise ValidationError(f"本节还需阅读{left // 60}分{left % 60:02d}秒。", code="too_early")
        _stop_clock(reading, now)
        reading.finished_at = now
        reading.save(update_fields=["finished_at"])
    return _complete_if_done(progress, now)


def seconds_left(reading: LessonReading, now: datetime) -> int:
    required = reading.progress.version.lessons[reading.position - 1]["seconds"]
    return max(required - reading.seconds - _running(reading, now), 0)


def _running(reading: LessonReading, now: datetime) -> int:
    return int((now - reading.opened_at).total_seconds()) if reading.opened_at else 0


def _stop_clock(reading: LessonReading, now: datetime) -> None:
    required = reading.progress.version.lessons[reading.position - 1]["seconds"]
    reading.seconds = min(reading.seconds + _running(reading, now), required)
    reading.opened_at = None
    reading.save(update_fields=["seconds", "opened_at"])


def _complete_if_done(progress: CourseProgress, now: datetime) -> CourseProgress:
    progress = CourseProgress.objects.select_related("version", "officer").get(pk=progress.pk)
    read = progress.readings.filter(finished_at__isnull=False).count()
    if progress.completed_at is None and read == len(progress.version.lessons):
        progress.completed_at = now
        progress.entry = post_entry(progress.officer, completion_claim(progress))
        progress.save(update_fields=["completed_at", "entry"])
    return progress


def completion_claim(progress: CourseProgress) -> Claim:
    version = progress.version
    return Claim(
        rule=ONLINE_COURSE,
        evidence=progress.evidence_key,
        title=version.title,
        layer=version.layer,
        category=version.category,
        module=version.module,
        occurred_at=progress.completed_at,  # type: ignore[arg-type]
        quantity={"minutes": version.minutes},
    )
