"""Lessons that are read: the server's clock runs while one is open."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.catalogue.models import CourseVersion, Courseware
from courses.learning.models import CourseProgress, LearningLease, LessonReading
from courses.learning.services.completion import complete_if_done, is_video, questions_passed, terms_on
from lms.people.models import Officer

PAPERS = (Courseware.Kind.PDF, Courseware.Kind.SLIDES)
TOLD = 5


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
def open_lesson(progress: CourseProgress, position: int, page: int | None = None) -> LessonReading:
    """Start the clock on a lesson, or on a page of it, and stop whatever else the officer had open.

    No second counts twice: what passed since the last page was opened is that page's.
    """
    officer = Officer.objects.select_for_update(of=("self",), no_key=True).get(pk=progress.officer_id)
    now = timezone.now()
    reading, _ = LessonReading.objects.get_or_create(progress=progress, position=position, officer=officer)
    stop_all(officer, now, but=reading)
    if not reading.pages:
        reading.pages = _first_pages(reading, progress.version.lessons[position - 1])
    if page and not page <= len(reading.pages):
        raise LessonReading.DoesNotExist
    if reading.finished_at is None:
        _run(reading, now)
        reading.opened_at = reading.opened_at or now
    reading.page = page or reading.page
    reading.save(update_fields=["opened_at", "page", "pages"])
    return reading


def _first_pages(reading: LessonReading, lesson: dict) -> list[int]:
    """Nothing yet for each page; time from before pages were told apart is shared among them."""
    if lesson.get("kind") not in PAPERS:
        return []
    count = Courseware.objects.values_list("pages", flat=True).get(pk=lesson["media"]) or 0
    return [reading.seconds // count] * count if count else []


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
        if unread := [str(page) for page, left in enumerate(pages_left(reading, now), start=1) if left]:
            some = "、".join(unread[:TOLD]) + f"页等{len(unread)}" * bool(unread[TOLD:])
            raise ValidationError(f"第{some}页还没有读够。", code="pages_unread")
        if left := seconds_left(reading, now):
            raise ValidationError(f"本节还需阅读{left // 60}分{left % 60:02d}秒。", code="too_early")
        if not questions_passed(progress, position, terms_on(now)):
            raise ValidationError("请先答完本节的随堂题。", code="unanswered")
        _stop_clock(reading, now)
        reading.finished_at = now
        reading.save(update_fields=["finished_at"])
    return complete_if_done(progress, now)


def seconds_left(reading: LessonReading, now: datetime) -> int:
    """Until the lesson was open long enough, and each of its pages was."""
    return max(time_left(reading, now), sum(pages_left(reading, now)))


def time_left(reading: LessonReading, now: datetime) -> int:
    """Of the lesson as a whole, on whichever page."""
    return max(_required(reading) - _total(reading, now), 0)


def pages_left(reading: LessonReading, now: datetime) -> list[int]:
    if not reading.pages:
        return []
    minimum = terms_on(now).page_seconds(_required(reading), len(reading.pages))
    running = {reading.page: _running(reading, now)}
    return [max(minimum - read - running.get(page, 0), 0) for page, read in enumerate(reading.pages, start=1)]


def _required(reading: LessonReading) -> int:
    return reading.progress.version.lessons[reading.position - 1]["seconds"]


def _total(reading: LessonReading, now: datetime) -> int:
    return (sum(reading.pages) if reading.pages else reading.seconds) + _running(reading, now)


def _running(reading: LessonReading, now: datetime) -> int:
    return max(int((now - reading.opened_at).total_seconds()), 0) if reading.opened_at else 0


def _run(reading: LessonReading, now: datetime) -> None:
    """What has passed is kept with the page it belongs to; the fraction of a second runs on."""
    passed = _running(reading, now)
    if reading.opened_at and reading.pages:
        reading.pages[reading.page - 1] += passed
        reading.opened_at = reading.opened_at + timedelta(seconds=passed)


def _stop_clock(reading: LessonReading, now: datetime) -> None:
    reading.seconds = max(_required(reading) - seconds_left(reading, now), 0)
    _run(reading, now)
    reading.opened_at = None
    reading.save(update_fields=["seconds", "pages", "opened_at"])
