"""Every row of the published tables of times."""

import csv
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from exams.sittings.admission import check_entry, check_leaving
from exams.sittings.deadline import INHERIT, EffectiveTimes, Times, deadline, effective_times
from exams.sittings.services.compensating import minutes_lost
from tests.conftest import SHARED

DAY = datetime(2026, 11, 10, tzinfo=UTC)
OVERRIDE = re.compile(r"(\w+):close=(\w+),limit=(\w+)")


def rows(name: str) -> list[dict]:
    path = SHARED / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def at(seconds: int):
    return DAY + timedelta(seconds=seconds) if seconds else None


def limit(seconds: int):
    return timedelta(seconds=seconds) if seconds else None


def said(close: str, length: str) -> Times:
    times = (INHERIT if close == "null" else at(int(close)), INHERIT if length == "null" else limit(int(length)))
    return Times(*times)


def overrides(text: str) -> dict[str, list[Times]]:
    found: dict[str, list[Times]] = {"group_member": [], "user": []}
    for whose, close, length in OVERRIDE.findall(text):
        found.setdefault(whose, []).append(said(close, length))
    return found


def seconds_of(moment) -> int:
    if moment is None:
        return 0
    return int((moment if isinstance(moment, timedelta) else moment - DAY).total_seconds())


DEADLINES = rows("deadlines/effective-deadline.csv")


@pytest.mark.skipif(not DEADLINES, reason="SHARED_FIXTURES is not there")
@pytest.mark.parametrize("row", DEADLINES, ids=lambda row: row["case"])
def test_effective_deadline_table(row):
    length = int(row["exam_limit_s"])
    known = overrides(row["overrides(null=inherit 0=unlimited)"])
    times = effective_times(
        Times(at(int(row["exam_close"])), limit(length)), known["group_member"], next(iter(known["user"]), None)
    )
    assert seconds_of(times.closes_at) == int(row["expected_effective_close(0=none)"])
    assert seconds_of(times.limit) == int(row["expected_effective_limit(0=none)"])
    ends = deadline(times, DAY + timedelta(seconds=int(row["attempt_start"])))
    grace = int(row["grace_s"] or 0) if row["attempt_state"] == "overdue" else 0
    expected = row["expected_next_state_check"]
    assert seconds_of(ends and ends + timedelta(seconds=grace)) == int(expected or 0)


RULES = rows("scoring/time-rules.csv")


def clock(text: str) -> datetime:
    hours, minutes, seconds = map(int, (text + ":00").split(":")[:3])
    return DAY.replace(hour=hours, minute=minutes, second=seconds)


@pytest.mark.skipif(not RULES, reason="SHARED_FIXTURES is not there")
@pytest.mark.parametrize("row", RULES, ids=lambda row: row["case"])
def test_time_rules_table(row):
    begun, length = clock(row["start"]), timedelta(minutes=int(row["limit_min"]))
    RULES_BY_NAME[row["rule"]](row, begun, length)


def refused(check, *values) -> bool:
    try:
        check(*values)
    except ValidationError:
        return True
    return False


def late_entry(row, begun, length):
    arrived = clock(row["event"].split()[-1])
    assert refused(check_entry, arrived, begun, begun + length, 30) is row["expected"].startswith("refuse")


def early_leave(row, begun, length):
    leaving = clock(row["event"].split()[-1])
    assert refused(check_leaving, leaving, begun + length, 60) is row["expected"].startswith("refuse")


def compensation(row, begun, length):
    lost = minutes_lost(
        clock(row["outage_report"]), clock(row["outage_restored"]), is_own_fault=row["candidate_fault"] == "yes"
    )
    expected = re.search(r"deadline (?:stays )?(\d\d:\d\d)", row["expected"])[1]
    assert deadline(Times(begun + length, length), begun, lost) == clock(expected)


def automatic(row, begun, length):
    assert deadline(Times(None, length), begun) == clock(row["event"].split()[-1])


RULES_BY_NAME = {
    "late entry": late_entry, "early leave": early_leave, "compensation": compensation, "auto hand-in": automatic,
}  # fmt: skip


def test_own_ground_without_the_tables():
    """The most generous of several groups for each value; a person's own word before theirs; none at all is none."""
    exam = Times(at(1200), limit(600))
    groups = [Times(at(1300), limit(500)), Times(INHERIT, None)]
    assert effective_times(exam, groups) == EffectiveTimes(at(1300), None)
    assert effective_times(exam, groups, Times(None, limit(60))) == EffectiveTimes(None, limit(60))
    assert deadline(Times(None, None), DAY) is None
    assert deadline(Times(at(1200), limit(600)), DAY + timedelta(seconds=1000), timedelta(minutes=5)) == at(1500)
