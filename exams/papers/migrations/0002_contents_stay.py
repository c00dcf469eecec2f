from django.db import migrations

# A sealed paper's window may be moved; what it asks may not.
STAYS = (
    "CREATE TRIGGER papers_item_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON papers_paperitem "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    "CREATE TRIGGER papers_snapshot_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON papers_banksnapshot "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
)


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(STAYS[0], "DROP TRIGGER papers_item_stays ON papers_paperitem"),
        migrations.RunSQL(STAYS[1], "DROP TRIGGER papers_snapshot_stays ON papers_banksnapshot"),
    ]
