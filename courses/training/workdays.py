"""Working days, Monday to Friday: this system keeps no list of public holidays."""

from datetime import date, timedelta

FRIDAY = 4


def after(day: date, count: int) -> date:
    """The `count`-th working day after a day."""
    return _walk(day, count, timedelta(days=1))


def before(day: date, count: int) -> date:
    return _walk(day, count, timedelta(days=-1))


def _walk(day: date, count: int, step: timedelta) -> date:
    while count:
        day += step
        count -= day.weekday() <= FRIDAY
    return day


def between(day: date, until: date) -> int:
    """Working days after a day, up to and with another; none if that one comes first."""
    count = 0
    while day < until:
        day += timedelta(days=1)
        count += day.weekday() <= FRIDAY
    return count
