"""What must be true of certificates: each function names the first row that breaks it."""

from django.db import connection


def _first(sql: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def in_force_rests_on_a_pass() -> str | None:
    """14. Nothing is in force without a passed exam; where one was voided, somebody has been asked by the next day."""
    return _first(
        """
        SELECT 'licences.enforcementcertificate:' || c.id FROM licences_enforcementcertificate c
        WHERE c.state IN ('ISSUED', 'RENEWAL_DUE') AND (
            NOT EXISTS (SELECT FROM licences_examproof p WHERE p.certificate_id = c.id)
            OR EXISTS (
                SELECT FROM licences_examproof p JOIN sittings_outcome f ON f.id = p.outcome_id
                JOIN LATERAL (SELECT o.is_passed, o.made_at FROM sittings_outcome o WHERE o.attempt_id = f.attempt_id
                              ORDER BY o.number DESC LIMIT 1) l ON true
                WHERE p.certificate_id = c.id AND NOT l.is_passed AND l.made_at < now() - interval '1 day'
                AND NOT EXISTS (SELECT FROM licences_cancellationproposal q
                                WHERE q.certificate_id = c.id AND q.cause = 'EXAM_VOID')))
        ORDER BY c.id LIMIT 1
        """
    )


def states_follow_their_trace() -> str | None:
    """A certificate stands where its last step has put it, and every step begins where the one before it ended."""
    return _first(
        """
        WITH steps AS (
            SELECT certificate_id, id, from_state, to_state,
                lag(to_state) OVER w AS before, lead(id) OVER w AS next
            FROM licences_transition WINDOW w AS (PARTITION BY certificate_id ORDER BY id)
        )
        SELECT 'licences.enforcementcertificate:' || c.id FROM licences_enforcementcertificate c
        LEFT JOIN steps s ON s.certificate_id = c.id AND s.next IS NULL
        WHERE c.state <> coalesce(s.to_state, 'NOT_HELD')
        OR EXISTS (SELECT FROM steps t WHERE t.certificate_id = c.id AND t.before <> t.from_state)
        ORDER BY c.id LIMIT 1
        """
    )


def suspended_do_not_teach() -> str | None:
    """14. Whose certificate is suspended is barred from teaching."""
    return _first(
        """
        SELECT 'licences.enforcementcertificate:' || c.id FROM licences_enforcementcertificate c
        WHERE c.state = 'SUSPENDED' AND NOT EXISTS (
            SELECT FROM licences_transition t JOIN pool_bar b ON b.evidence = 'exams.licences.transition:' || t.id
            WHERE t.certificate_id = c.id AND t.verb = 'suspend')
        ORDER BY c.id LIMIT 1
        """
    )


INVARIANTS = (in_force_rests_on_a_pass, states_follow_their_trace, suspended_do_not_teach)
