"""What must always be true of classes, asked of the tables directly: each names the first row that breaks it."""

from django.db import connection

# A learner's share: the quota of the nearest unit above him that has one, otherwise (null) the shared seats.
PLACED = """
    SELECT e.*, c.capacity, c.plan_item_id, c.stage, c.state AS class_state, q.id AS quota_id, q.seats
    FROM training_enrollment e
    JOIN training_trainingclass c ON c.id = e.training_class_id
    JOIN people_orgunit u ON u.id = e.unit_id
    LEFT JOIN LATERAL (
        SELECT q.id, q.seats FROM training_classquota q JOIN people_orgunit w ON w.id = q.unit_id
        WHERE q.training_class_id = e.training_class_id AND starts_with(u.path, w.path)
        ORDER BY length(w.path) DESC LIMIT 1
    ) q ON true
"""
# A line posted after an earlier one was reversed carries a number behind the attendance it rests on.
ATTENDANCE = """
    SELECT l.evidence FROM ledger_entry l JOIN training_attendance a
    ON split_part(l.evidence, ':', 2) = a.session_id::text AND split_part(l.evidence, ':', 3) = a.enrollment_id::text
    WHERE starts_with(l.evidence, 'courses.training.attendance:') AND split_part(l.evidence, ':', 4) ~ '^[0-9]*$'
"""
LEARNERS = "SELECT 'courses.training.enrollment:' || id || part FROM training_enrollment, (VALUES (''), (':assessment')) p (part)"
TAUGHT = "SELECT 'courses.training.session:' || id || ':teaching' FROM training_classsession"
EVIDENCE = {
    "courses.training.attendance": ATTENDANCE, "courses.training.enrollment": LEARNERS,
    "courses.training.session": TAUGHT,
}  # fmt: skip
SEATED = "('CONFIRMED', 'DISMISSED', 'PASSED', 'FAILED')"
LIVE = "('PENDING', 'WAITLISTED', 'CONFIRMED')"


def _first(sql: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def seats_within_capacity() -> str | None:
    """9. No class seats more people than it has room for."""
    return _first(
        f"""
        SELECT 'training.trainingclass:' || c.id FROM training_trainingclass c WHERE c.capacity < (
            SELECT count(*) FROM training_enrollment e WHERE e.training_class_id = c.id AND e.state IN {SEATED})
        AND c.form = 'CLASS' ORDER BY c.id LIMIT 1
        """  # noqa: S608 - our own words
    )


def seats_within_quotas() -> str | None:
    """9. No unit has more seats of a class than its quota, and nobody else the seats that were given away."""
    return _first(
        f"""
        WITH placed AS ({PLACED}), taken AS (
            SELECT training_class_id, quota_id, max(seats) AS seats, max(capacity) AS capacity, count(*) AS people
            FROM placed WHERE state IN {SEATED} GROUP BY training_class_id, quota_id
        )
        SELECT 'training.trainingclass:' || t.training_class_id FROM taken t
        JOIN training_trainingclass c ON c.id = t.training_class_id AND c.form = 'CLASS'
        WHERE people > coalesce(t.seats, t.capacity - coalesce(
            (SELECT sum(q.seats) FROM training_classquota q WHERE q.training_class_id = t.training_class_id), 0))
        ORDER BY t.training_class_id LIMIT 1
        """  # noqa: S608 - our own words
    )


def queue_in_order() -> str | None:
    """10. Nobody was seated past somebody who was waiting for the same seats before him."""
    return _first(
        f"""
        WITH placed AS ({PLACED})
        SELECT 'training.enrollment:' || w.id FROM placed w JOIN placed s
        ON s.training_class_id = w.training_class_id AND s.quota_id IS NOT DISTINCT FROM w.quota_id
        WHERE w.state = 'WAITLISTED' AND s.state = 'CONFIRMED' AND s.decided_at > w.waitlisted_at
        AND (s.waitlisted_at IS NULL OR (s.waitlisted_at, s.id) > (w.waitlisted_at, w.id))
        ORDER BY w.id LIMIT 1
        """  # noqa: S608 - our own words
    )


def one_date_each() -> str | None:
    """Nobody holds dates of two classes of one plan item and stage."""
    return _first(
        f"""
        WITH placed AS ({PLACED})
        SELECT 'people.officer:' || officer_id FROM placed
        WHERE officer_id IS NOT NULL AND plan_item_id IS NOT NULL AND state IN {LIVE} AND class_state <> 'CANCELLED'
        GROUP BY officer_id, plan_item_id, stage HAVING count(*) > 1 ORDER BY officer_id LIMIT 1
        """  # noqa: S608 - our own words
    )


def meetings_post_nothing() -> str | None:
    """No line of the book rests on a session or a class that is a meeting."""
    return _first(
        """
        WITH keys AS MATERIALIZED (
            SELECT 'courses.training.attendance:' || a.session_id || ':' || a.enrollment_id AS evidence
            FROM training_attendance a JOIN training_classsession s ON s.id = a.session_id
            WHERE s.event_type = 'MEETING'
            UNION ALL
            SELECT 'courses.training.enrollment:' || e.id
            FROM training_enrollment e JOIN training_trainingclass c ON c.id = e.training_class_id
            WHERE c.event_type = 'MEETING'
        )
        SELECT 'ledger.entry:' || l.id FROM keys JOIN ledger_entry l USING (evidence)
        WHERE l.hours <> 0 ORDER BY l.id LIMIT 1
        """
    )


INVARIANTS = (seats_within_capacity, seats_within_quotas, queue_in_order, one_date_each, meetings_post_nothing)
