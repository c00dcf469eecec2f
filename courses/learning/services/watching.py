"""Lessons that are watched: leases, and the spans a player reports under them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import NumericRange
from django.db.models import Count, Q
from django.utils import timezone

from courses.learning.budget import Budget, Counted, count
from courses.learning.coverage import Span, clip, subtract, union
from courses.learning.message import SpanMessage
from courses.learning.models import CourseProgress, LearningLease, WatchSpan
from courses.learning.querysets import pairs
from courses.learning.services.completion import (
    finish_video_if_done,
    is_covered,
    is_finished,
    is_video,
    media_length,
    terms_on,
)
from courses.learning.services.reading import stop_all
from courses.learning.services.regularity import is_too_regular
from courses.learning.terms import Terms
from lms.people.models import Officer

State, Reason = WatchSpan.State, WatchSpan.Reason


@dataclass
class Watched:
    """What the server knows of one lesson, for the player to show."""

    progress: CourseProgress
    position: int
    covered: list[Span]
    doubted: list[Span]
    reasons: set[str]
    is_superseded: bool = False
    is_finished: bool = False


@transaction.atomic
def open_lease(progress: CourseProgress, *, tab: UUID, device: str, take: bool) -> LearningLease:
    """Let one page count. Refused (`busy`) while another page was heard of lately, unless it is taken over.

    Leases of an officer follow one another: what each may count is time the others cannot.
    """
    officer = Officer.objects.select_for_update(of=("self",), no_key=True).get(pk=progress.officer_id)
    now = timezone.now()
    last = LearningLease.objects.filter(officer=officer).select_related("progress__version").order_by("-pk").first()
    if last and last.ended_at is None and last.tab != tab and not take and _is_live(last, now):
        title = last.progress.version.title
        raise ValidationError(f"正在另一处（{last.device}）学习《{title}》，同一时间只计一处。", code="busy")
    stop_all(officer, now)
    # Should the server's clock have been set back, time already counted does not come again.
    since = max(now, last.seen_at) if last else now
    return LearningLease.objects.create(
        key=uuid4(), officer=officer, progress=progress, tab=tab, device=device, started_at=now, seen_at=since
    )


def _is_live(lease: LearningLease, now: datetime) -> bool:
    return now - lease.seen_at <= timedelta(seconds=terms_on(now).lease_seconds)


@transaction.atomic
def take_spans(user, message: SpanMessage) -> Watched:
    """Count what a player reports, once, within the time its lease has had on the server's clock.

    What goes beyond is kept as quarantined with the reason. DoesNotExist for a lease that is not the user's.
    """
    lease = (
        LearningLease.objects.select_related("progress__version")
        .select_for_update(of=("self", "progress"), no_key=True)
        .get(key=message.lease, officer__user=user)
    )
    now, progress = timezone.now(), lease.progress
    lesson = video_lesson(progress, message.position)
    same = Count("pk", filter=Q(lease=lease, message=message.message))
    known = progress.spans.filter(position=message.position).summary(times=same)
    watched = _watched(progress, message.position, known)
    watched.is_superseded = lease.ended_at is not None
    if not known["times"] and progress.completed_at is None:
        _count(watched, lease, message, lesson, now)
    watched.doubted = subtract(watched.doubted, watched.covered)
    return watched


def video_lesson(progress: CourseProgress, position: int) -> dict:
    lessons = progress.version.lessons
    if not 1 <= position <= len(lessons):
        raise CourseProgress.DoesNotExist
    if not is_video(lessons[position - 1]):
        raise ValidationError("本节不是视频。", code="not_video")
    return lessons[position - 1]


def _count(watched: Watched, lease: LearningLease, message: SpanMessage, lesson: dict, now: datetime) -> None:
    terms = terms_on(now)
    spans = clip(message.spans, media_length(lesson))
    budget = Budget(lease.seen_at, lease.left).until(min(now, lease.ended_at or now), terms.speed, terms.kept)
    result = count(spans, watched.covered, budget)
    reason = Reason.SUPERSEDED if lease.ended_at else Reason.AHEAD
    if Decimal(str(message.rate)) > terms.speed:
        reason = Reason.SPEED
        fresh = subtract(spans, watched.covered)
        result = Counted(subtract(spans, fresh), fresh, budget)
    fresh = subtract(result.counted, watched.covered)
    if (
        fresh
        and _would_finish(watched, fresh, terms)
        and is_too_regular(watched.progress, watched.position, terms, now)
    ):
        reason = Reason.REGULAR
        result = Counted(subtract(result.counted, fresh), union([*fresh, *result.excess]), result.budget)
    _keep(lease, message, now, [(span, State.COUNTED, "") for span in result.counted]
          + [(span, State.QUARANTINED, reason) for span in subtract(result.excess, watched.doubted)])  # fmt: skip
    lease.seen_at, lease.left = result.budget.seen_at, result.budget.left
    lease.save(update_fields=["seen_at", "left"])
    watched.covered = union([*watched.covered, *result.counted])
    if result.excess:
        watched.doubted = union([*watched.doubted, *result.excess])
        watched.reasons.add(reason)
    if is_covered(lesson, watched.covered, terms):
        watched.progress = finish_video_if_done(watched.progress, watched.position, terms, now)
        watched.is_finished = is_finished(watched.progress, watched.position)


def _would_finish(watched: Watched, fresh: list[Span], terms: Terms) -> bool:
    lesson = watched.progress.version.lessons[watched.position - 1]
    return is_covered(lesson, union([*watched.covered, *fresh]), terms)


def _keep(lease: LearningLease, message: SpanMessage, now: datetime, found: Sequence[tuple[Span, str, str]]) -> None:
    WatchSpan.objects.bulk_create(
        WatchSpan(
            progress_id=lease.progress_id, position=message.position, lease=lease, message=message.message,
            number=number, span=NumericRange(*span), rate=message.rate, received_at=now,
            client_at=message.client_at, state=state, reason=reason,
        )
        for number, (span, state, reason) in enumerate(found)
    )  # fmt: skip


def watched_lesson(progress: CourseProgress, position: int) -> Watched:
    watched = _watched(progress, position, progress.spans.filter(position=position).summary())
    watched.doubted = subtract(watched.doubted, watched.covered)
    return watched


def _watched(progress: CourseProgress, position: int, known: dict) -> Watched:
    return Watched(progress, position, pairs(known["covered"]), pairs(known["doubted"]), set(known["reasons"]))


def resume_at(watched: Watched, lesson: dict) -> int:
    """Where to go on: the end of what was watched last, or the first gap when that was the end of the film."""
    last = watched.progress.spans.filter(position=watched.position).order_by("-id").first()
    whole = media_length(lesson)
    if last and last.span.upper < whole:
        return last.span.upper
    gaps = subtract([(0, whole)], watched.covered)
    return gaps[0][0] if gaps else 0
