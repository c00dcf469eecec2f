"""What a training office decides of time that was kept as doubtful."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from courses.learning.models import CourseProgress, WatchSpan
from courses.learning.services.completion import finish_video_if_done, terms_on
from lms.audit.services import record

REVIEW = "learning.review_watchspan"


@transaction.atomic
def release_span(span: WatchSpan, *, actor, reason: str) -> WatchSpan:
    """Count it after all, as of when it was received; the course completes if that was all that lacked."""
    span = _review(span, WatchSpan.State.RELEASED, actor, reason)
    finish_video_if_done(span.progress, span.position, terms_on(span.received_at), last_evidence(span.progress))
    return span


@transaction.atomic
def reject_span(span: WatchSpan, *, actor, reason: str) -> WatchSpan:
    """Confirm that it does not count; the stretch can be watched again."""
    return _review(span, WatchSpan.State.REJECTED, actor, reason)


@dataclass(frozen=True)
class Decided:
    done: int
    already: int


def decide_spans(spans: Iterable[WatchSpan], decide: Callable, *, actor, reason: str) -> Decided:
    """One decision on many stretches: each is a deed of its own, so what somebody else decided meanwhile stays his."""
    done = already = 0
    for span in spans:
        try:
            decide(span, actor=actor, reason=reason)
            done += 1
        except ValidationError as refusal:
            if refusal.code != "already_reviewed":
                raise
            already += 1
    return Decided(done, already)


def _review(span: WatchSpan, state: str, actor, reason: str) -> WatchSpan:
    rows = WatchSpan.objects.select_for_update(of=("self",), no_key=True).select_related(
        "progress__officer__unit", "progress__version"
    )
    span = rows.get(pk=span.pk)
    if not WatchSpan.objects.within(actor, REVIEW).filter(pk=span.pk).exists():
        raise PermissionDenied("只有教育培训部门可以核定存疑学习时间。")
    if span.state != WatchSpan.State.QUARANTINED:
        raise ValidationError("这段时间已经核定。", code="already_reviewed")
    span.state, span.reviewed_at, span.review_note = state, timezone.now(), reason
    span.save(update_fields=["state", "reviewed_at", "review_note"])
    record(f"learning.{state.lower()}", actor=actor, target=span, span=span.stretch, doubt=span.reason, reason=reason)
    return span


def last_evidence(progress: CourseProgress) -> datetime:
    """When the last thing that counts towards a course was done."""
    moments = (
        progress.spans.standing().aggregate(at=Max("received_at"))["at"],
        progress.readings.aggregate(at=Max("finished_at"))["at"],
        progress.answers.aggregate(at=Max("answered_at"))["at"],
    )
    return max(filter(None, moments))
