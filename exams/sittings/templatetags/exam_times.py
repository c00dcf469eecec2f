"""Spans of time as a candidate reads them."""

from datetime import datetime, timedelta

from django import template

from exams.sittings.models import Signal

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


@register.filter
def since(now: datetime, moment: datetime | None) -> str:
    """3分12秒."""
    if moment is None:
        return "还没有联系"
    seconds = max(0, int((now - moment).total_seconds()))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分{seconds % 60:02d}秒" if minutes else f"{seconds}秒"


@register.filter
def signal(kind: str) -> str:
    return Signal.Kind(kind).label


SEATS = {
    "writing": "答题中", "offline": "离线", "done": "已交卷", "ready": "未开始", "absent": "缺考或缓考", "void": "已作废",
}  # fmt: skip


@register.filter
def seat_state(state: str) -> str:
    return SEATS[state]
