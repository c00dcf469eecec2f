from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rules", "0001_initial"), ("audit", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER rules_approved_stays BEFORE UPDATE OR DELETE ON rules_ruleversion "
            "FOR EACH ROW WHEN (OLD.checked_by_id IS NOT NULL) EXECUTE FUNCTION refuse_change()",
            "DROP TRIGGER rules_approved_stays ON rules_ruleversion",
        )
    ]
