from django.db import migrations

# Whatever a marker sent is only ever added to.
ADD = (
    "CREATE TRIGGER marking_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON marking_markevent "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
)


class Migration(migrations.Migration):
    dependencies = [("marking", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(ADD, "DROP TRIGGER marking_event_stays ON marking_markevent")]
