from django.db import migrations


def trigger(table: str, name: str, when: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()", f"DROP TRIGGER {name} ON {table}"
    )


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        trigger(
            "certificates_certificate", "certificates_only_the_state",
            "BEFORE UPDATE ON certificates_certificate FOR EACH ROW "
            "WHEN ((to_jsonb(OLD) - 'state') IS DISTINCT FROM (to_jsonb(NEW) - 'state'))",
        ),
        trigger(
            "certificates_certificate", "certificates_stay", "BEFORE DELETE ON certificates_certificate FOR EACH STATEMENT"
        ),
        trigger(
            "certificates_certificatedocument", "certificates_bytes_stay",
            "BEFORE UPDATE OR DELETE OR TRUNCATE ON certificates_certificatedocument FOR EACH STATEMENT",
        ),
        trigger(
            "certificates_certificatedesign", "certificates_approved_stays",
            "BEFORE UPDATE OR DELETE ON certificates_certificatedesign FOR EACH ROW WHEN (OLD.checked_by_id IS NOT NULL)",
        ),
        trigger(
            "certificates_certificateevent", "certificates_events_stay",
            "BEFORE UPDATE OR DELETE ON certificates_certificateevent FOR EACH ROW WHEN (OLD.checked_by_id IS NOT NULL)",
        ),
    ]  # fmt: skip
