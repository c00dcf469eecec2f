import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

# Whoever writes a session, in whatever way: its number grows when what a calendar shows of it changes.
REVISED = """
CREATE FUNCTION training_session_revised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := OLD.revision;
    NEW.revised_at := OLD.revised_at;
    IF (NEW.title, NEW.during, NEW.venue_id, NEW.is_cancelled)
        IS DISTINCT FROM (OLD.title, OLD.during, OLD.venue_id, OLD.is_cancelled) THEN
        NEW.revision := OLD.revision + 1;
        NEW.revised_at := statement_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER training_session_revised BEFORE UPDATE ON training_classsession
    FOR EACH ROW EXECUTE FUNCTION training_session_revised();
"""
FORGET = """
DROP TRIGGER training_session_revised ON training_classsession;
DROP FUNCTION training_session_revised();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_user_any_case"),
        ("training", "0002_types_held"),
    ]

    operations = [
        migrations.AddField(
            model_name="classsession",
            name="revision",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name="修订"),
        ),
        migrations.AddField(
            model_name="classsession",
            name="revised_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                default=django.utils.timezone.now,
                editable=False,
                verbose_name="修订时间",
            ),
        ),
        migrations.RunSQL(REVISED, FORGET),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="密钥")),
                ("made_at", models.DateTimeField(auto_now=True, verbose_name="生成时间")),
                (
                    "officer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feed",
                        to="people.officer",
                        verbose_name="人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "日历订阅",
                "verbose_name_plural": "日历订阅",
                "default_permissions": (),
            },
        ),
    ]
