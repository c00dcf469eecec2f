"""The last link of every chain, kept in a file outside the database; lines are only ever added."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone


@dataclass(frozen=True)
class Head:
    chain: str
    stream: str
    seq: int
    hash: str


def read_heads() -> dict[tuple[str, str], Head]:
    """The newest head of each (chain, stream)."""
    path = Path(settings.CHAIN_HEADS_FILE)
    lines = path.read_text().splitlines() if path.exists() else []
    heads = [Head(**{name: row[name] for name in ("chain", "stream", "seq", "hash")}) for row in map(json.loads, lines)]
    return {(head.chain, head.stream): head for head in heads}


def append_heads(heads: list[Head]) -> None:
    path = Path(settings.CHAIN_HEADS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    at = timezone.localtime().isoformat(timespec="seconds")
    with path.open("a") as file:
        file.writelines(json.dumps({"at": at, **vars(head)}) + "\n" for head in heads)
        file.flush()
        os.fsync(file.fileno())


def stored_heads(chain: str, model) -> list[Head]:
    """The last row of every stream of a chained table, each found by index."""
    streams = model.objects.order_by("stream").values_list("stream", flat=True).distinct()
    last = [
        model.objects.filter(stream=stream).order_by("-seq").values_list("seq", "row_hash")[0] for stream in streams
    ]
    return [Head(chain, stream, seq, stored) for stream, (seq, stored) in zip(streams, last, strict=True)]


def contradicted(head: Head, model) -> bool:
    """Whether the database no longer holds the row an exported head speaks of."""
    return not model.objects.filter(stream=head.stream, seq=head.seq, row_hash=head.hash).exists()


def set_aside() -> Path | None:
    """Start a new file, as for a new database; the old one stays beside it under another name."""
    path = Path(settings.CHAIN_HEADS_FILE)
    if not path.exists():
        return None
    return path.rename(path.with_name(f"{path.name}.{timezone.localtime():%Y%m%d%H%M%S%f}"))
