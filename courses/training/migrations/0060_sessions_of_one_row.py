from django.db import migrations

# Somebody who stood in the register of instructors twice keeps his first row. Where the two had sessions at the
# same time, the exclusion constraint stops here and names them: a person cannot teach in two places.
FIRST_ROW = """
UPDATE training_classsession session SET instructor_id = first.id
FROM pool_instructor person
JOIN (SELECT officer_id, min(id) AS id FROM pool_instructor WHERE officer_id IS NOT NULL GROUP BY officer_id) first
    ON first.officer_id = person.officer_id
WHERE session.instructor_id = person.id AND person.id <> first.id
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0050_completion"), ("pool", "0011_terms_to_appointments")]
    operations = [migrations.RunSQL(FIRST_ROW, migrations.RunSQL.noop)]
