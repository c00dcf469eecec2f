"""Lessons that are read: the server's clock runs while one is open."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.catalogue.models import CourseVersion
from courses.learning.models import CourseProgress, LearningLease, LessonReading
from courses.learning.services.completion import complete_if_done, is_video, questions_passed, terms_on
from lms.people.models import Officer


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
    """Start the clock on a lesson and stop whatever else the officer had open: no second counts twice."""
    officer = Officer.objects.select_for_update(of=("self",), no_key=True).get(pk=progress.officer_id)
    now = timezone.now()
    reading, _ = LessonReading.objects.get_or_create(progress=progress, position=position, officer=officer)
    stop_all(officer, now, but=reading)
    if reading.opened_at is None and reading.finished_at is None:
        reading.opened_at = now
        reading.save(update_fields=["opened_at"])
    return reading


def stop_all(officer: Officer, now: datetime, *, but: LessonReading | None = None) -> None:
    """End the lease and the reading clock of an officer, whose row the caller has locked."""
    LearningLease.objects.filter(officer=officer, ended_at=None).update(ended_at=now)
    open_readings = LessonReading.objects.filter(officer=officer, opened_at__isnull=False)
    for other in open_readings.select_related("progress__version"):
        if other != but:
            _stop_clock(other, now)


@transaction.atomic
def finish_lesson(progress: CourseProgress, position: int) -> CourseProgress:
    """Mark a lesson read; refused (`too_early`) before its minutes have passed on the server's clock."""
    Officer.objects.select_for_update(of=("self",), no_key=True).get(pk=progress.officer_id)
    now = timezone.now()
    reading = LessonReading.objects.filter(progress=progress, position=position).first()
    if reading is None:
        raise ValidationError("请先打开本节课文。", code="not_opened")
    if reading.finished_at is None:
        if is_video(progress.version.lessons[position - 1]):
            raise ValidationError("视频看完后自动算学完，不用另报。", code="not_text")
        if left := seconds_left(reading, now):
            raise ValidationError(f"本节还需阅读{left // 60}分{left % 60:02d}秒。", code="too_early")
        if not questions_passed(progress, position, terms_on(now)):
            raise ValidationError("请先答完本节的随堂题。", code="unanswered")
        _stop_clock(reading, now)
        reading.finished_at = now
        reading.save(update_fields=["finished_at"])
    return complete_if_done(progress, now)


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
