"""Hash chains over rows: what a row's hash is, and where a chain first breaks.

The hash has no secret in it. Whoever owns the database can append a row with the right hash, or rewrite a
chain from some row to its end: the second shows against an exported head, the first only by its evidence
(`audit_invariants` asks that every entry's evidence exists). A row rewritten together with its own hash
shows at the row after it.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GENESIS = "0" * 64
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Break:
    """The first thing wrong in a stream; `kind` is altered, missing, added or reordered."""

    stream: str
    seq: int
    kind: str
    row_id: int | None

    def as_dict(self) -> dict:
        return {"stream": self.stream, "seq": self.seq, "kind": self.kind, "row": self.row_id}


def row_hash(previous: str, values: Sequence[str | None]) -> str:
    """SHA-256 over the previous hash and the row's values as one JSON array of strings and nulls."""
    return hashlib.sha256(f"{previous}{_encode(values)}".encode()).hexdigest()


def first_break(stream: str, rows: Iterator[tuple], head: tuple[int, str] | None) -> Break | None:
    """Walk one stream's (id, seq, stored hash, values) in the order of seq.

    `head` is the last (seq, hash) exported outside the database: a tail cut off, or a chain
    rewritten from some row on, is seen only against it. Ids are drawn under the stream's lock
    together with seq, so ids that fall back show rows that changed places.
    """
    previous, seq = GENESIS, 0
    known, anchor = head or (0, "")
    for row_id, found, stored, values in rows:
        seq += 1
        if found != seq:
            return Break(stream, seq, "missing", None) if found > seq else Break(stream, found, "added", row_id)
        previous = row_hash(previous, values)
        if previous != stored or (seq == known and stored != anchor):
            return Break(stream, seq, _kind(row_id, seq, known, next(rows, None)), row_id)
    return Break(stream, seq + 1, "missing", None) if seq < known else None


def _kind(row_id: int, seq: int, known: int, following: tuple | None) -> str:
    if following and following[0] < row_id:
        return "reordered"
    return "added" if known and seq > known else "altered"
