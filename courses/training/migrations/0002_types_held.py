from django.db import migrations

# The type of an event is decided once, on the plan's line; classes and their sessions cannot say otherwise.
HELD = """
ALTER TABLE training_trainingclass ADD CONSTRAINT training_class_type_of_item
    FOREIGN KEY (plan_item_id, event_type) REFERENCES training_planitem (id, event_type) ON UPDATE CASCADE;
ALTER TABLE training_classsession ADD CONSTRAINT training_session_type_of_class
    FOREIGN KEY (training_class_id, event_type) REFERENCES training_trainingclass (id, event_type) ON UPDATE CASCADE;
"""
FREE = """
ALTER TABLE training_classsession DROP CONSTRAINT training_session_type_of_class;
ALTER TABLE training_trainingclass DROP CONSTRAINT training_class_type_of_item;
"""
APPEND_ONLY = (
    "CREATE TRIGGER training_planchange_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON training_planchange "
    "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
)


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial"), ("audit", "0002_append_only")]

    operations = [
        migrations.RunSQL(HELD, FREE),
        migrations.RunSQL(APPEND_ONLY, "DROP TRIGGER training_planchange_append_only ON training_planchange"),
    ]
