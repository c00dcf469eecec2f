"""Who may begin, and who may leave, by the clock: the two rules of the hall, as pure functions of the exam's terms."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError


def check_entry(now: datetime, opens_at: datetime, closes_at: datetime | None, entry_minutes: int | None) -> None:
    """ValidationError "early", "closed", or "late" once the exam has run longer than it lets people in."""
    if now < opens_at:
        raise ValidationError("还没有到开考时间，请在候考页等候。", code="early")
    if closes_at is not None and now >= closes_at:
        raise ValidationError("本场考试已经结束，不能再入场。", code="closed")
    if entry_minutes is not None and now > opens_at + timedelta(minutes=entry_minutes):
        raise ValidationError(f"开考已超过{entry_minutes}分钟，不得入场。如有异议请向监考员提出。", code="late")


def check_leaving(now: datetime, ends_at: datetime | None, hand_in_minutes: int | None) -> None:
    """ValidationError "too_early" while papers may not be handed in yet."""
    if ends_at is None or hand_in_minutes is None:
        return
    from_at = ends_at - timedelta(minutes=hand_in_minutes)
    if now < from_at:
        raise ValidationError(f"结束前{hand_in_minutes}分钟才可以交卷，请继续作答。", code="too_early")
