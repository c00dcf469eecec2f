from django.db import migrations

# A session is given only to somebody who may teach on its day; what ends afterwards is listed, not refused.
GUARD = """
CREATE FUNCTION training_session_needs_active() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.instructor_id = OLD.instructor_id AND NEW.during = OLD.during THEN
        RETURN NEW;
    END IF;
    IF NOT pool_instructor_active(NEW.instructor_id, (lower(NEW.during) AT TIME ZONE 'Asia/Shanghai')::date) THEN
        RAISE EXCEPTION 'instructor % may not teach on the day of session %', NEW.instructor_id, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_session_instructor_active';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER training_session_instructor_active BEFORE INSERT OR UPDATE OF instructor_id, during
    ON training_classsession FOR EACH ROW WHEN (NEW.instructor_id IS NOT NULL AND NOT NEW.is_cancelled)
    EXECUTE FUNCTION training_session_needs_active();
"""
OPEN = """
DROP TRIGGER training_session_instructor_active ON training_classsession;
DROP FUNCTION training_session_needs_active();
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0060_sessions_of_one_row"), ("pool", "0014_active")]
    operations = [migrations.RunSQL(GUARD, OPEN)]
