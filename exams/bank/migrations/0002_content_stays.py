from django.db import migrations

# The trigger's WHEN lets the checking of a version through, and nothing that changes what it says.
STAYS = """
CREATE TRIGGER bank_version_stays BEFORE UPDATE ON bank_questionversion FOR EACH ROW
WHEN (OLD.content IS DISTINCT FROM NEW.content OR OLD.digest <> NEW.digest OR OLD.question_id <> NEW.question_id
      OR OLD.number <> NEW.number OR OLD.made_by_id <> NEW.made_by_id)
EXECUTE FUNCTION refuse_change()
"""


class Migration(migrations.Migration):
    dependencies = [("bank", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(STAYS, "DROP TRIGGER bank_version_stays ON bank_questionversion")]
