"""Is anybody there, and what time is it: one statement, on a table no save ever waits for."""

from dataclasses import dataclass
from datetime import datetime

from lms.kit.prepared import execute

BEAT = """
WITH a AS (SELECT id, epoch, state, deadline_at, statement_timestamp() AS at FROM sittings_attempt WHERE id = $1::bigint),
seen AS (
  INSERT INTO sittings_presence AS p (attempt_id, seen_at) SELECT id, at FROM a WHERE epoch = $2::int AND state = 'OPEN'
  ON CONFLICT (attempt_id) DO UPDATE SET seen_at = excluded.seen_at),
told AS (
  INSERT INTO sittings_signal (attempt_id, kind, at, seconds, slot)
  SELECT id, kind, at, seconds, slot FROM a, unnest($3::text[], $4::int[], $5::int[]) AS s(kind, seconds, slot)
  WHERE epoch = $2::int AND state = 'OPEN')
SELECT epoch = $2::int, state, deadline_at, at FROM a
"""


@dataclass(frozen=True)
class Standing:
    is_current: bool
    state: str
    deadline_at: datetime | None
    at: datetime


def beat(attempt: int, epoch: int, signals: list[tuple[str, int, int | None]]) -> Standing | None:
    """Note that a device is there, and the signals it tells of as (kind, seconds, slot). None for no such attempt."""
    kinds, seconds, slots = (list(column) for column in zip(*signals, strict=True)) if signals else ([], [], [])
    rows = execute(BEAT, [attempt, epoch, kinds, seconds, slots])
    return Standing(*rows[0]) if rows else None
