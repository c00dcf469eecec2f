from django.db import migrations

# What a device sent, what was handed in and how it was scored is only ever added to.
STAY = {
    "sittings_answerevent": "sittings_event_stays",
    "sittings_receipt": "sittings_receipt_stays",
    "sittings_score": "sittings_score_stays",
    "sittings_regrade": "sittings_regrade_stays",
    "sittings_papersheet": "sittings_sheet_stays",
}


def stays(table: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("sittings", "0001_initial"), ("audit", "0002_append_only")]

    operations = [stays(table, name) for table, name in STAY.items()]
