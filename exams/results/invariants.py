"""What must be true of results: each function names the first row that breaks it."""

from django.db import connection

EVIDENCE = {"sittings.outcome": "SELECT 'sittings.outcome:' || id AS evidence FROM sittings_outcome"}
LATEST = "NOT EXISTS (SELECT FROM sittings_outcome n WHERE n.attempt_id = o.attempt_id AND n.number > o.number)"


def _first(sql: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def released_stays() -> str | None:
    """20. A result changes only by appeal, correction or voiding: its versions have no gap, and only the first is a release."""
    return _first(
        """
        SELECT 'sittings.outcome:' || o.id FROM sittings_outcome o
        WHERE (o.cause = 'RELEASE') <> (o.number = 1)
        OR (o.number > 1 AND NOT EXISTS (
            SELECT FROM sittings_outcome p WHERE p.attempt_id = o.attempt_id AND p.number = o.number - 1))
        ORDER BY o.id LIMIT 1
        """
    )


def released_by_two() -> str | None:
    """A result was told by a release that two persons carried out."""
    return _first(
        """
        SELECT 'sittings.outcome:' || o.id FROM sittings_outcome o WHERE o.number = 1 AND NOT EXISTS (
            SELECT FROM results_releasedattempt a JOIN results_release r ON r.id = a.release_id
            WHERE a.attempt_id = o.attempt_id AND r.checked_by_id IS NOT NULL)
        ORDER BY o.id LIMIT 1
        """
    )


def credits_stand_on_passes() -> str | None:
    """The credits of a level stand on a pass that still counts."""
    return _first(
        f"""
        SELECT 'ledger.entry:' || e.id FROM ledger_entry e JOIN sittings_outcome c ON e.evidence = 'sittings.outcome:' || c.id
        WHERE NOT EXISTS (SELECT FROM ledger_entry x WHERE x.reverses_id = e.id) AND NOT EXISTS (
            SELECT FROM sittings_outcome o WHERE o.attempt_id = c.attempt_id AND o.is_passed AND {LATEST})
        ORDER BY e.id LIMIT 1
        """  # noqa: S608 - our own words
    )


def certificates_stand_on_passes() -> str | None:
    """A certificate of passing that is valid, with no revocation waiting, stands on a pass that still counts."""
    return _first(
        f"""
        SELECT 'certificates.certificate:' || c.id FROM certificates_certificate c
        WHERE c.kind = 'EXAM' AND c.state = 'VALID' AND starts_with(c.entitlement, 'sittings.attempt:')
        AND NOT EXISTS (SELECT FROM certificates_certificateevent e
                        WHERE e.certificate_id = c.id AND e.change = 'REVOKE' AND e.checked_by_id IS NULL)
        AND NOT EXISTS (SELECT FROM sittings_outcome o WHERE o.is_passed AND {LATEST}
                        AND o.attempt_id::text = split_part(split_part(c.entitlement, ':', 2), '-', 1))
        ORDER BY c.id LIMIT 1
        """  # noqa: S608 - our own words
    )


INVARIANTS = [released_stays, released_by_two, credits_stand_on_passes, certificates_stand_on_passes]
