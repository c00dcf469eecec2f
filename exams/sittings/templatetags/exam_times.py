"""Spans of time as a candidate reads them."""

from datetime import datetime, timedelta

from django import template

register = template.Library()


@register.filter
def in_minutes(span: timedelta) -> int:
    """Whole minutes, never more than there are."""
    return max(0, int(span.total_seconds() // 60))


@register.filter
def clock(span: timedelta) -> str:
    """1:12:36, and with days in front where there are any."""
    seconds = max(0, int(span.total_seconds()))
    days, seconds = divmod(seconds, 86_400)
    time = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{days}天{time}" if days else time


@register.filter
def millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


@register.filter
def left_at(moment: datetime, now: datetime) -> str:
    return clock(moment - now)
