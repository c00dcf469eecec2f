"""What must be true of marks: each function names the first row that breaks it."""

from django.db import connection


def _first(sql: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
    return str(row[0]) if row else None


def finals_rest_on_marks() -> str | None:
    """Two marks where two agreed, three with a third, the chief's where he decided, none where nothing was written."""
    return _first(
        """
        SELECT 'marking.script:' || s.id FROM marking_script s,
          LATERAL (SELECT count(*) FILTER (WHERE stage IN (1, 2)) AS two, count(*) FILTER (WHERE stage = 3) AS third,
                          count(*) FILTER (WHERE stage = 4) AS chief
                   FROM marking_mark m WHERE m.script_id = s.id) AS n
        WHERE s.state = 'FINAL' AND NOT CASE s.cause
          WHEN 'AGREED' THEN two = 2 AND third = 0 AND chief = 0
          WHEN 'THIRD' THEN two = 2 AND third = 1 AND chief = 0
          WHEN 'ARBITER' THEN chief = 1
          ELSE s.final = 0 AND two + third + chief = 0 END
        ORDER BY s.id LIMIT 1
        """
    )


def points_add_up() -> str | None:
    """A mark is the sum of its points, and not above what the script is worth."""
    return _first(
        """
        SELECT 'marking.mark:' || m.id FROM marking_mark m JOIN marking_script s ON s.id = m.script_id
        WHERE m.total > s.full
          OR m.total <> (SELECT coalesce(sum(value::numeric), 0) FROM jsonb_each_text(m.points))
        ORDER BY m.id LIMIT 1
        """
    )


INVARIANTS = (finals_rest_on_marks, points_add_up)
