"""Whether ledger lines still follow the line before them in their chain."""

from collections.abc import Sequence

from django.db.models import F, OuterRef, Subquery

from lms.audit.chain import GENESIS, row_hash
from lms.ledger.models import Entry


def broken_links(entries: Sequence[Entry]) -> list[Entry]:
    """The entries whose stored hash is not that of their own values after the previous row's hash."""
    before = Entry.objects.filter(stream=OuterRef("stream"), seq=OuterRef("seq") - 1).values("row_hash")
    linked = Entry.objects.filter(pk__in=[entry.pk for entry in entries]).annotate(before=Subquery(before[:1]))
    hashes = dict(linked.values_list("pk", F("before")))
    return [
        entry for entry in entries
        if row_hash(hashes.get(entry.pk) or GENESIS, entry.chained_values()) != entry.row_hash
    ]  # fmt: skip
