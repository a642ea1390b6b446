"""The day that a series' rule gave a meeting; and the database refuses to change minutes that were agreed."""

from django.db import migrations, models

_FUNCTION = """
CREATE FUNCTION partners_minutes_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'partners_meeting' THEN
        IF OLD.minutes_state = 'agreed' THEN
            RAISE EXCEPTION 'agreed minutes are never changed or removed';
        END IF;
    ELSIF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM partners_meeting WHERE id = OLD.meeting_id AND minutes_state = 'agreed'
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM partners_meeting WHERE id = NEW.meeting_id AND minutes_state = 'agreed'
    ) THEN
        RAISE EXCEPTION 'agreed minutes are never changed or removed';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""
_PARTS = ("agendaitem", "attendance")
_WORDS = "SELECT RAISE(ABORT, 'agreed minutes are never changed or removed')"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_FUNCTION, params=None)
        _on_postgresql(schema_editor, "meeting", "UPDATE OR DELETE")
        for table in _PARTS:
            _on_postgresql(schema_editor, table, "INSERT OR UPDATE OR DELETE")
        return
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER meeting_agreed_{act.lower()} BEFORE {act} ON partners_meeting "
            f"WHEN OLD.minutes_state = 'agreed' BEGIN {_WORDS}; END;"
        )
    for table in _PARTS:
        for act, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_agreed_{act.lower()} BEFORE {act} ON partners_{table} "
                f"WHEN EXISTS (SELECT 1 FROM partners_meeting WHERE id = {row}.meeting_id "
                f"AND minutes_state = 'agreed') BEGIN {_WORDS}; END;"
            )


def _on_postgresql(schema_editor, table, acts):
    schema_editor.execute(
        f"CREATE TRIGGER {table}_agreed BEFORE {acts} ON partners_{table} "
        "FOR EACH ROW EXECUTE FUNCTION partners_minutes_agreed()"
    )


def remove(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in ("meeting", *_PARTS):
        if on_postgresql:
            schema_editor.execute(f"DROP TRIGGER {table}_agreed ON partners_{table}")
            continue
        for act in ("insert", "update", "delete"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_agreed_{act}")
    if on_postgresql:
        schema_editor.execute("DROP FUNCTION partners_minutes_agreed")


class Migration(migrations.Migration):
    dependencies = [("partners", "0004_locked_question_sets")]
    operations = [
        migrations.AddField("meeting", "due_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "meeting",
            models.UniqueConstraint(fields=["series", "due_on"], name="meeting_planned_once"),
        ),
        migrations.RunPython(add, remove),
    ]
