"""What must always be true of course development, asked of the tables directly."""

from django.db import connection

EVIDENCE = {
    "courses.development.contributor": (
        "SELECT 'courses.development.contributor:' || id AS evidence FROM development_contributor"
    ),
}


def _first(sql: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def calls_within_target() -> str | None:
    """No crowd call has more places taken than it asked for."""
    return _first(
        """
        SELECT 'development.crowdcall:' || c.id FROM development_crowdcall c WHERE c.target < (
            SELECT count(*) FROM development_claim k WHERE k.call_id = c.id
            AND k.state IN ('CLAIMED', 'SUBMITTED', 'RETURNED', 'ACCEPTED'))
        ORDER BY c.id LIMIT 1
        """
    )


def shares_make_a_hundred() -> str | None:
    """What was adopted has one lead, and shares that make a hundred."""
    return _first(
        """
        SELECT 'development.output:' || o.id FROM development_output o
        LEFT JOIN development_contributor c ON c.output_id = o.id WHERE o.checked_by_id IS NOT NULL
        GROUP BY o.id HAVING coalesce(sum(c.share), 0) <> 100 OR count(*) FILTER (WHERE c.is_lead) <> 1
        ORDER BY o.id LIMIT 1
        """
    )


def cases_are_masked() -> str | None:
    """No case is out whose removal of names a second person did not confirm."""
    return _first(
        """
        SELECT 'development.work:' || w.output_ptr_id FROM development_work w
        WHERE w.state = 'PUBLISHED' AND w.form IN ('GUIDING', 'LITIGATION', 'REFERENCE') AND NOT EXISTS (
            SELECT FROM development_maskingcertificate m JOIN development_submission s ON s.digest = m.digest
            WHERE m.work_id = w.output_ptr_id AND s.output_id = w.output_ptr_id
            AND s.verdict = 'PASSED' AND m.checked_by_id IS NOT NULL)
        ORDER BY w.output_ptr_id LIMIT 1
        """
    )


INVARIANTS = (calls_within_target, shares_make_a_hundred, cases_are_masked)
