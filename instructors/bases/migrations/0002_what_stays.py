from django.db import migrations


def trigger(table: str, name: str, when: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION refuse_change()", f"DROP TRIGGER {name} ON {table}"
    )


VENUES = """
CREATE FUNCTION bases_keep_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_open AND EXISTS (SELECT 1 FROM bases_practicebase WHERE venue_id = NEW.id AND state <> 'ACTIVE') THEN
    NEW.is_open := false;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bases_keep_closed BEFORE UPDATE ON venues_venue FOR EACH ROW EXECUTE FUNCTION bases_keep_closed();
"""


class Migration(migrations.Migration):
    """What was handed in or decided is never changed; no hand opens a base that may not be booked."""

    dependencies = [("bases", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        trigger(
            "bases_scoresheet", "bases_submitted_stays",
            "BEFORE UPDATE OR DELETE ON bases_scoresheet FOR EACH ROW WHEN (OLD.submitted_at IS NOT NULL)",
        ),
        trigger(
            "bases_basechecklist", "bases_approved_stays",
            "BEFORE UPDATE OR DELETE ON bases_basechecklist FOR EACH ROW WHEN (OLD.checked_by_id IS NOT NULL)",
        ),
        trigger(
            "bases_basedecision", "bases_decided_stays",
            "BEFORE UPDATE OR DELETE ON bases_basedecision FOR EACH ROW WHEN (OLD.checked_by_id IS NOT NULL)",
        ),
        migrations.RunSQL(
            VENUES, "DROP TRIGGER bases_keep_closed ON venues_venue; DROP FUNCTION bases_keep_closed()"
        ),
    ]  # fmt: skip
