"""The database itself refuses to change or remove what a record held before."""

from django.db import migrations

_POSTGRESQL = """
CREATE FUNCTION revision_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a revision is never changed or removed';
END $$;
CREATE TRIGGER revision_no_change BEFORE UPDATE OR DELETE ON visits_revision
    FOR EACH ROW EXECUTE FUNCTION revision_is_append_only();
"""

_SQLITE = (
    "CREATE TRIGGER revision_no_update BEFORE UPDATE ON visits_revision "
    "BEGIN SELECT RAISE(ABORT, 'a revision is never changed or removed'); END;",
    "CREATE TRIGGER revision_no_delete BEFORE DELETE ON visits_revision "
    "BEGIN SELECT RAISE(ABORT, 'a revision is never changed or removed'); END;",
)


def add(apps, schema_editor):
    for statement in (_POSTGRESQL,) if schema_editor.connection.vendor == "postgresql" else _SQLITE:
        schema_editor.execute(statement)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER revision_no_change ON visits_revision")
        schema_editor.execute("DROP FUNCTION revision_is_append_only")
    else:
        schema_editor.execute("DROP TRIGGER revision_no_update")
        schema_editor.execute("DROP TRIGGER revision_no_delete")


class Migration(migrations.Migration):
    dependencies = [("visits", "0005_leaner_visit_indexes")]
    operations = [migrations.RunPython(add, remove)]
