from django.db import migrations

# Whoever writes a session, in whatever way, books its place: one constraint, in venues, stands over all that is held
# anywhere. A session without a place, and one that is no more, holds none; one that is cancelled gives it back.
BOOKS = """
CREATE FUNCTION training_session_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.venue_id IS NULL THEN
        DELETE FROM venues_booking WHERE session = OLD.id;
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.title, NEW.during, NEW.venue_id, NEW.is_cancelled, NEW.training_class_id)
        IS NOT DISTINCT FROM (OLD.title, OLD.during, OLD.venue_id, OLD.is_cancelled, OLD.training_class_id) THEN
        RETURN NULL;
    END IF;
    INSERT INTO venues_booking (venue_id, during, purpose, title, reason, unit_id, state, session, made_by_id,
                                made_at, reply)
    SELECT NEW.venue_id, NEW.during, 'SESSION', held.title || '：' || NEW.title, '', held.unit_id,
           CASE WHEN NEW.is_cancelled THEN 'CANCELLED' ELSE 'CONFIRMED' END, NEW.id, held.made_by_id,
           statement_timestamp(), ''
    FROM training_trainingclass held WHERE held.id = NEW.training_class_id
    ON CONFLICT (session) DO UPDATE SET venue_id = EXCLUDED.venue_id, during = EXCLUDED.during,
        title = EXCLUDED.title, unit_id = EXCLUDED.unit_id, state = EXCLUDED.state;
    RETURN NULL;
END $$;
CREATE TRIGGER training_session_books AFTER INSERT OR DELETE OR UPDATE
    ON training_classsession FOR EACH ROW EXECUTE FUNCTION training_session_books();

CREATE FUNCTION training_class_renames() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE venues_booking SET title = NEW.title || '：' || held.title, unit_id = NEW.unit_id
    FROM training_classsession held WHERE held.training_class_id = NEW.id AND venues_booking.session = held.id;
    RETURN NULL;
END $$;
CREATE TRIGGER training_class_renames AFTER UPDATE OF title, unit_id ON training_trainingclass
    FOR EACH ROW WHEN ((NEW.title, NEW.unit_id) IS DISTINCT FROM (OLD.title, OLD.unit_id))
    EXECUTE FUNCTION training_class_renames();

INSERT INTO venues_booking (venue_id, during, purpose, title, reason, unit_id, state, session, made_by_id, made_at,
                            reply)
SELECT held.venue_id, held.during, 'SESSION', class.title || '：' || held.title, '', class.unit_id,
       CASE WHEN held.is_cancelled THEN 'CANCELLED' ELSE 'CONFIRMED' END, held.id, class.made_by_id,
       class.made_at, ''
FROM training_classsession held JOIN training_trainingclass class ON class.id = held.training_class_id
WHERE held.venue_id IS NOT NULL;
"""
FORGET = """
DROP TRIGGER training_session_books ON training_classsession;
DROP FUNCTION training_session_books();
DROP TRIGGER training_class_renames ON training_trainingclass;
DROP FUNCTION training_class_renames();
DELETE FROM venues_booking WHERE session IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0061_instructor_active"), ("venues", "0010_booking")]
    operations = [migrations.RunSQL(BOOKS, FORGET)]
