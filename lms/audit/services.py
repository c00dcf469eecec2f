from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils import timezone

from lms.audit.chain import GENESIS, row_hash
from lms.audit.models import AuditEvent


def lock_stream(stream: str) -> None:
    """Writers of one stream queue here until their transactions end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [stream])


def last_link(model, stream: str) -> tuple[int, str]:
    """(seq, hash) of a stream's last row; call it under the stream's lock."""
    last = model.objects.filter(stream=stream).order_by("-seq").values_list("seq", "row_hash").first()
    return last or (0, GENESIS)


def record(action: str, *, actor, target, unit=None, at: datetime | None = None, **detail) -> AuditEvent:
    """Add an event to the chain, in the caller's transaction: if it cannot be written, the action fails too.

    `actor` and `target` are rows or texts; they are kept as text, so that the log outlives them.
    """
    at = (at or timezone.now()).astimezone(UTC)
    unit = unit or getattr(target, "audit_unit", None)
    path = unit.path if unit else ""
    stream = f"audit:{path[:8] or 'city'}:{timezone.localtime(at).year}"
    with transaction.atomic(savepoint=False):
        lock_stream(stream)
        seq, previous = last_link(AuditEvent, stream)
        event = AuditEvent(
            stream=stream, seq=seq + 1, at=at, actor=str(actor)[:120], action=action,
            target=_key(target), unit_path=path, detail=detail,
        )  # fmt: skip
        event.row_hash = row_hash(previous, event.chained_values())
        event.save(force_insert=True)
    return event


def _key(target) -> str:
    return target if isinstance(target, str) else f"{target._meta.label_lower}:{target.pk}"
