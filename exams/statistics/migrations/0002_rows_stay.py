from django.db import migrations

TABLES = ("itemanalysis", "itemstatistic", "similarpair", "pacenote")


class Migration(migrations.Migration):
    dependencies = [("statistics", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER statistics_{one}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON statistics_{one} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER statistics_{one}_stays ON statistics_{one}",
        )
        for one in TABLES
    ]
