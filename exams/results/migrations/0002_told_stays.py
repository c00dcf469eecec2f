from django.db import migrations


def stays(table: str, name: str) -> migrations.RunSQL:
    """Whom a release told, and what an appeal found, is only ever added to."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        stays("results_releasedattempt", "results_released_stays"),
        stays("results_finding", "results_finding_stays"),
        stays("results_clearance", "results_clearance_stays"),
    ]
