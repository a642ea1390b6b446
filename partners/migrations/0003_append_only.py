"""The database itself refuses to change or remove what is history."""

from django.db import migrations

_TABLES = (
    "returnmove",
    "answerrevision",
    "submission",
    "concernmove",
    "actionslip",
    "actionmove",
    "planstagechange",
    "backlogcount",
    "surveyresponse",
)

_FUNCTION = """
CREATE FUNCTION partners_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a row of % is never changed or removed', TG_TABLE_NAME;
END $$;
"""


def add(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    if on_postgresql:
        schema_editor.execute(_FUNCTION, params=None)
    for table in _TABLES:
        if on_postgresql:
            schema_editor.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON partners_{table} "
                "FOR EACH ROW EXECUTE FUNCTION partners_append_only()"
            )
            continue
        for act in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON partners_{table} "
                f"BEGIN SELECT RAISE(ABORT, 'a row of partners_{table} is never changed or removed'); END;"
            )


def remove(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in _TABLES:
        if on_postgresql:
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON partners_{table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_no_update")
            schema_editor.execute(f"DROP TRIGGER {table}_no_delete")
    if on_postgresql:
        schema_editor.execute("DROP FUNCTION partners_append_only")


class Migration(migrations.Migration):
    dependencies = [("partners", "0002_the_partnerships_work")]
    operations = [migrations.RunPython(add, remove)]
