from django.db import migrations

# What `InstructorQuerySet.active_on` asks, for guards in the database; a test holds the two to one answer.
ACTIVE = """
CREATE FUNCTION pool_instructor_active(who bigint, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM pool_appointment WHERE instructor_id = who AND checked_at IS NOT NULL AND during @> day
    ) AND NOT EXISTS (
        SELECT 1 FROM pool_bar bar JOIN pool_instructor person ON person.id = who
        WHERE (bar.instructor_id = person.id OR bar.officer_id = person.officer_id) AND bar.during @> day
    )
$$
"""


class Migration(migrations.Migration):
    dependencies = [("pool", "0013_terms_moved")]
    operations = [migrations.RunSQL(ACTIVE, "DROP FUNCTION pool_instructor_active(bigint, date)")]
