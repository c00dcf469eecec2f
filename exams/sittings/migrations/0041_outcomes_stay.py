from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sittings", "0040_outcomes"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER sittings_outcome_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON sittings_outcome "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER sittings_outcome_stays ON sittings_outcome",
        )
    ]
