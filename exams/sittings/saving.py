"""The save: one statement, judged by the database's clock at the moment it arrived.

It takes the attempt FOR SHARE, so that whoever hands in, takes over or extends waits for it and it for them, and
writes the event and what counts in one go. Nothing is acknowledged that was not stored.

What was stored before is looked up row by row (LATERAL), and only where nothing was written now: joined instead, a plan
made while the tables were empty reads all of them for every save.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from lms.kit.prepared import execute


class Kind(IntEnum):
    """What an attempt does with an answer; the first three are also how its event is kept."""

    STORED = 1
    LATE = 2
    CLOSED = 3
    SUPERSEDED = 4
    NOT_STARTED = 5


SAVE = """
WITH a AS MATERIALIZED (
  SELECT id, epoch, deadline_at, statement_timestamp() AS at, CASE
    WHEN epoch <> $2::int THEN 4
    WHEN state = 'READY' THEN 5
    WHEN state = 'VOID' THEN 3
    WHEN statement_timestamp() > deadline_at + grace_seconds * interval '1 second' THEN 2
    WHEN state = 'OPEN' THEN 1 ELSE 3 END AS kind
  FROM sittings_attempt WHERE id = $1::bigint FOR SHARE),
item AS (
  SELECT place, slot, rev, coalesce(payload, 'null') AS payload
  FROM ROWS FROM (jsonb_to_recordset($3::text::jsonb) AS (slot int, rev int, payload jsonb))
    WITH ORDINALITY AS i(slot, rev, payload, place)),
ev AS (
  INSERT INTO sittings_answerevent (attempt_id, slot, epoch, rev, payload, received_at, kind)
  SELECT a.id, slot, $2::int, rev, payload, at, kind FROM a, item WHERE kind < 4
  ON CONFLICT (attempt_id, slot, epoch, rev) DO NOTHING RETURNING slot, rev, payload, received_at, kind),
up AS (
  INSERT INTO sittings_answer AS t (attempt_id, slot, rev, payload, received_at)
  SELECT DISTINCT ON (slot) a.id, slot, rev, payload, received_at FROM ev, a WHERE ev.kind = 1 ORDER BY slot, rev DESC
  ON CONFLICT (attempt_id, slot) DO UPDATE
    SET rev = excluded.rev, payload = excluded.payload, received_at = excluded.received_at
    WHERE excluded.rev > t.rev
  RETURNING slot, rev)
SELECT a.kind, a.at, a.deadline_at, item.slot, item.rev, ev.slot IS NOT NULL, old.kind, old.payload = item.payload,
  old.payload, coalesce(up.rev, t.rev)
FROM a CROSS JOIN item
  LEFT JOIN ev ON ev.slot = item.slot AND ev.rev = item.rev
  LEFT JOIN up ON up.slot = item.slot
  LEFT JOIN LATERAL (
    SELECT rev FROM sittings_answer WHERE attempt_id = a.id AND slot = item.slot AND up.rev IS NULL LIMIT 1) t ON true
  LEFT JOIN LATERAL (
    SELECT kind, payload FROM sittings_answerevent
    WHERE attempt_id = a.id AND slot = item.slot AND epoch = $2::int AND rev = item.rev AND ev.slot IS NULL LIMIT 1
  ) old ON true
ORDER BY item.place
"""


@dataclass(frozen=True)
class Saved:
    """One answer and what became of it. `held` is what an earlier message of the same revision said, if it differs."""

    slot: int
    rev: int
    is_stored: bool
    differs: bool
    held: Any
    server_rev: int | None


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    at: datetime
    deadline_at: datetime | None
    items: list[Saved]


def save(attempt: int, epoch: int, answers: list[tuple[int, int, str]]) -> Outcome | None:
    """Store answers as (slot, revision, JSON text). None if there is no such attempt.

    django.db.OperationalError while the database is away: whoever asked keeps what he has and asks again.
    """
    items = ",".join(f'{{"slot":{slot:d},"rev":{rev:d},"payload":{text}}}' for slot, rev, text in answers)
    values = [attempt, epoch, f"[{items}]"]
    rows = execute(SAVE, values)
    if rows and _is_unsettled(rows):
        # The same message was being stored by another connection: now that it is, the answer is known.
        rows = execute(SAVE, values)
    if not rows:
        return None
    kind, at, deadline_at = rows[0][:3]
    return Outcome(Kind(kind), at, deadline_at, [_saved(row) for row in rows])


def _is_unsettled(rows) -> bool:
    return any(kind < Kind.SUPERSEDED and not stored and old is None for kind, _, _, _, _, stored, old, *_ in rows)


def _saved(row) -> Saved:
    _, _, _, slot, rev, stored, old_kind, is_same, held, server_rev = row
    differs = old_kind is not None and not is_same
    return Saved(slot, rev, stored or bool(is_same), differs, json.loads(held) if differs else None, server_rev)
