"""What the two write on their phones: logs, observation sheets, and what the apprentice thinks of the mentor."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from instructors.mentorship.models import LogEntry, Mentorship, MentorshipPhase, Observation, Rating, Side
from instructors.mentorship.services.agreements import locked, side_of, terms_of
from instructors.mentorship.services.telling import tell_pair
from lms.audit.services import record


class Day(NamedTuple):
    on: date
    hours: Decimal
    text: str


def running(mentorship: Mentorship) -> Mentorship:
    row = locked(mentorship)
    if row.state != Mentorship.State.ACTIVE:
        raise ValidationError(f"师带徒现为“{row.get_state_display()}”，带教中才能记录。", code="not_active")
    return row


def open_phase(row: Mentorship) -> MentorshipPhase:
    phase = row.phases.open().first()
    if phase is None:
        raise ValidationError("各阶段都已签署完毕，等待考核。", code="all_closed")
    return phase


def _check_day(row: Mentorship, on: date) -> None:
    if not row.from_on <= on <= min(row.until_on, timezone.localdate()):
        last = min(row.until_on, timezone.localdate())
        raise ValidationError(f"日期应在{row.from_on:%Y年%-m月%-d日}至{last:%Y年%-m月%-d日}之间。", code="outside_term")


@transaction.atomic
def write_log(mentorship: Mentorship, day: Day, *, actor) -> LogEntry:
    """One a day each. What the mentor sent back is written again in its place; what he confirmed stays."""
    row = running(mentorship)
    side = side_of(row, actor)
    if side is None:
        raise PermissionDenied("日志由师傅和徒弟本人填写。")
    _check_day(row, day.on)
    entry = row.logs.filter(side=side, on=day.on).first() or LogEntry(mentorship=row, side=side, on=day.on)
    if entry.pk and entry.state != LogEntry.State.RETURNED:
        raise ValidationError("这一天已有日志，每天一篇。", code="already_written")
    entry.phase = open_phase(row)
    entry.hours, entry.text, entry.reply = day.hours, day.text, ""
    # The mentor's own notes need nobody's word; the apprentice's count for hours.
    is_own = side == Side.MENTOR
    entry.state = LogEntry.State.CONFIRMED if is_own else LogEntry.State.WRITTEN
    entry.decided_at = timezone.now() if is_own else None
    entry.full_clean()
    entry.save()
    record("mentorship.log", actor=actor, target=entry, side=side, on=str(day.on))
    if not is_own:
        tell_pair(row, "徒弟日志待确认", day.text[:100], but=actor)
    return entry


def _waiting(entry: LogEntry, actor) -> LogEntry:
    row = running(entry.mentorship)
    if side_of(row, actor) != Side.MENTOR:
        raise PermissionDenied("徒弟日志由师傅本人确认。")
    entry = row.logs.get(pk=entry.pk)
    if entry.state != LogEntry.State.WRITTEN:
        raise ValidationError("这篇日志已处理。", code="already_decided")
    entry.mentorship = row
    return entry


def _decide(entry: LogEntry, state: str, reply: str, actor) -> LogEntry:
    entry.state, entry.reply, entry.decided_at = state, reply, timezone.now()
    entry.save(update_fields=["state", "reply", "decided_at"])
    record(f"mentorship.log_{state.lower()}", actor=actor, target=entry, reply=reply)
    return entry


@transaction.atomic
def confirm_log(entry: LogEntry, *, actor, reply: str = "") -> LogEntry:
    return _decide(_waiting(entry, actor), LogEntry.State.CONFIRMED, reply, actor)


@transaction.atomic
def return_log(entry: LogEntry, *, actor, reply: str) -> LogEntry:
    entry = _waiting(entry, actor)
    if not reply.strip():
        raise ValidationError("请写明退回的理由，徒弟才知道怎么改。", code="no_reason")
    _decide(entry, LogEntry.State.RETURNED, reply, actor)
    tell_pair(entry.mentorship, "日志被退回", f"{entry.on:%-m月%-d日}：{reply}", but=actor)
    return entry


class Seen(NamedTuple):
    on: date
    scores: Mapping[str, int]
    narratives: Mapping[str, str]
    summary: str


@transaction.atomic
def observe(mentorship: Mentorship, seen: Seen, *, actor) -> Observation:
    row = running(mentorship)
    if side_of(row, actor) != Side.MENTOR:
        raise PermissionDenied("观察表由师傅本人填写。")
    _check_day(row, seen.on)
    sheet = Observation(
        phase=open_phase(row), on=seen.on, summary=seen.summary, rule_version=row.rule_version,
        scores=terms_of(row).checked(seen.scores, seen.narratives),
    )  # fmt: skip
    sheet.full_clean()
    sheet.save()
    record("mentorship.observe", actor=actor, target=sheet, total=sheet.total)
    tell_pair(row, "师傅填写了观察表", seen.summary[:100], but=actor)
    return sheet


@transaction.atomic
def rate_mentor(phase: MentorshipPhase, score: int, comment: str, *, actor) -> Rating:
    """Told to nobody: the office reads it, the mentor sees means over enough people only."""
    row = running(phase.mentorship)
    if side_of(row, actor) != Side.APPRENTICE:
        raise PermissionDenied("师傅由徒弟本人评价。")
    phase = row.phases.get(pk=phase.pk)
    if phase.closed_at or Rating.objects.filter(phase=phase).exists():
        raise ValidationError("这一阶段已评价。", code="already_rated")
    terms = terms_of(row)
    if score not in terms.choices:
        raise ValidationError(f"请评1至{terms.number('scale')}分。", code="no_score")
    if terms.is_extreme(score) and not comment.strip():
        raise ValidationError(f"评{score}分请写明具体情况。", code="no_narrative")
    rating = Rating.objects.create(phase=phase, score=score, comment=comment)
    record("mentorship.rate", actor=actor, target=rating)
    return rating
