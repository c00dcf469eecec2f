"""The text a chain's hashes cover: the same from a row in memory and from the database.

A model names its fields in CHAINED, in an order that never changes. Amounts carry the decimals of their
column, instants are UTC with microseconds, JSON has sorted keys.
"""

import json
from datetime import UTC
from functools import lru_cache

from django.db import models
from django.db.models import F, Func
from django.db.models.functions import Cast

INSTANT = "%Y-%m-%dT%H:%M:%S.%f"
_as_json = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class _Instant(Func):
    template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
    output_field = models.TextField()


@lru_cache(maxsize=10_000)
def _sorted_json(text: str) -> str:
    return _as_json(json.loads(text))


def field_text(field: models.Field, value) -> str | None:
    if value is None:
        return None
    if isinstance(field, models.BooleanField):
        return "true" if value else "false"
    if isinstance(field, models.DecimalField):
        return f"{value:.{field.decimal_places}f}"
    if isinstance(field, models.DateTimeField):
        return value.astimezone(UTC).strftime(INSTANT)
    if isinstance(field, models.DateField):
        return value.isoformat()
    return _as_json(value) if isinstance(field, models.JSONField) else str(value)


def chained_values(row: models.Model) -> list[str | None]:
    """What the hash of an unsaved or a loaded row covers."""
    fields = [row._meta.get_field(name) for name in row.CHAINED]
    return [field_text(field, getattr(row, field.attname)) for field in fields]  # type: ignore[arg-type]


def stored_rows(model: type[models.Model], chunk: int = 5_000):
    """(stream, id, seq, hash, values) of every row, stream by stream in the order of seq.

    To be read inside a transaction: only there does the server keep the cursor without storing its result first.
    """
    fields = [model._meta.get_field(name) for name in model.CHAINED]
    json_places = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    columns = [
        _Instant(F(field.attname))
        if isinstance(field, models.DateTimeField)
        else Cast(field.attname, models.TextField())
        for field in fields
    ]
    rows = model.objects.order_by("stream", "seq").values_list("stream", "pk", "seq", "row_hash", *columns)
    for stream, pk, seq, stored, *values in rows.iterator(chunk_size=chunk):
        for place in json_places:
            values[place] = _sorted_json(values[place])
        yield stream, pk, seq, stored, values
