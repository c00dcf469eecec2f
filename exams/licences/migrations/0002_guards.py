from django.db import migrations

# 14. Nothing is in force without a passed exam on record; asked at the end of the transaction that says so.
PROVEN = """
CREATE FUNCTION licences_proven() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM licences_enforcementcertificate c WHERE c.id = NEW.id AND c.state IN ('ISSUED', 'RENEWAL_DUE'))
       AND NOT EXISTS (SELECT FROM licences_examproof p WHERE p.certificate_id = NEW.id) THEN
        RAISE EXCEPTION 'certificate % has no passed exam', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER licences_proven AFTER INSERT OR UPDATE OF state ON licences_enforcementcertificate
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state IN ('ISSUED', 'RENEWAL_DUE'))
EXECUTE FUNCTION licences_proven();
"""
STAY = {"licences_transition": "licences_transition_stays", "licences_examproof": "licences_examproof_stays"}


def stays(table: str, name: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("licences", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            PROVEN,
            "DROP TRIGGER licences_proven ON licences_enforcementcertificate; DROP FUNCTION licences_proven()",
        ),
        *[stays(table, name) for table, name in STAY.items()],
    ]
