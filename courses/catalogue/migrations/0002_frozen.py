from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER catalogue_version_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_courseversion "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER catalogue_version_frozen ON catalogue_courseversion",
        )
    ]
