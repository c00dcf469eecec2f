"""What must always be true of mentorships, asked of the tables directly: it names the first row that breaks it."""

from django.db import connection

STANDING = """
    SELECT e.id, e.evidence FROM ledger_entry e
    WHERE starts_with(e.evidence, 'mentorship.') AND e.reverses_id IS NULL
    AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.reverses_id = e.id)
"""


def credit_of_the_completed() -> str | None:
    """What stands in the ledger for a mentorship rests on one that was completed."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            WITH standing AS ({STANDING}), named AS (
                SELECT s.id, l.mentorship_id FROM standing s
                JOIN mentorship_logentry l ON s.evidence = 'mentorship.logentry:' || l.id
                UNION ALL
                SELECT s.id, m.id FROM standing s
                JOIN mentorship_mentorship m ON s.evidence = 'mentorship.mentorship:' || m.id
            )
            SELECT 'ledger.entry:' || n.id FROM named n JOIN mentorship_mentorship m ON m.id = n.mentorship_id
            WHERE m.state <> 'COMPLETED' LIMIT 1
        """)  # noqa: S608 - our own query
        row = cursor.fetchone()
    return row[0] if row else None


INVARIANTS = (credit_of_the_completed,)
