from django.db import migrations

# The rows of those who stood in the register twice; nothing leads to them any more.
SECOND_ROWS = """
DELETE FROM pool_instructor later USING pool_instructor earlier
WHERE later.officer_id = earlier.officer_id AND later.id > earlier.id
"""


class Migration(migrations.Migration):
    dependencies = [("pool", "0011_terms_to_appointments"), ("training", "0060_sessions_of_one_row")]
    operations = [migrations.RunSQL(SECOND_ROWS, migrations.RunSQL.noop)]
