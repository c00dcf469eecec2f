import time
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from django.db import transaction

from lms.audit.canonical import stored_rows
from lms.audit.chain import Break, first_break
from lms.audit.heads import Head, append_heads, contradicted, read_heads, stored_heads
from lms.audit.models import AuditEvent
from lms.ledger.models import Entry

CHAINS = {"ledger": Entry, "audit": AuditEvent}


@dataclass
class Report:
    """What a walk over the chains found; `breaks` are pairs (chain, Break)."""

    rows: int = 0
    seconds: float = 0
    heads: list[Head] = field(default_factory=list)
    breaks: list[tuple[str, Break]] = field(default_factory=list)

    def as_dict(self) -> dict:
        breaks = [{"chain": chain, **found.as_dict()} for chain, found in self.breaks]
        streams = len(self.heads) + len(self.breaks)
        return {"streams": streams, "rows": self.rows, "seconds": round(self.seconds, 1), "breaks": breaks}


def verify() -> Report:
    """Walk both chains against the exported heads; memory stays flat. Heads move on only after a clean walk."""
    report, known, begun = Report(), read_heads(), time.monotonic()
    for chain, model in CHAINS.items():
        expected = {stream: (head.seq, head.hash) for (of, stream), head in known.items() if of == chain}
        with transaction.atomic():
            _walk(chain, model, expected, report)
    report.seconds = time.monotonic() - begun
    if not report.breaks:
        append_heads([head for head in report.heads if known.get((head.chain, head.stream)) != head])
    return report


def _walk(chain: str, model, expected: dict[str, tuple[int, str]], report: Report) -> None:
    for stream, rows in groupby(stored_rows(model), key=itemgetter(0)):
        last: list = [0, ""]
        found = first_break(stream, _counted(rows, last, report), expected.pop(stream, None))
        if found:
            report.breaks.append((chain, found))
            report.rows += sum(1 for _ in rows)
        else:
            report.heads.append(Head(chain, stream, *last))
    report.breaks += [
        (chain, gone) for stream, head in expected.items() if (gone := first_break(stream, iter(()), head))
    ]


def _counted(rows, last: list, report: Report):
    """The rows as `first_break` takes them, keeping the last link and the count."""
    for row in rows:
        report.rows += 1
        last[:] = row[2:4]
        yield row[1:]


def export_heads() -> list[Head]:
    """Append every stream's head to the file. Returns instead, and writes nothing, exported heads that are gone."""
    gone = [head for head in read_heads().values() if contradicted(head, CHAINS[head.chain])]
    if not gone:
        append_heads([head for chain, model in CHAINS.items() for head in stored_heads(chain, model)])
    return gone
