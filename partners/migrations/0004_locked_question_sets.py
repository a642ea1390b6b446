"""The database itself refuses to change a question set that is locked, or what it asks."""

from django.db import migrations

_POSTGRESQL = """
CREATE FUNCTION partners_locked_set() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_set bigint;
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_TABLE_NAME = 'partners_questionset' THEN
        IF OLD.state = 'locked' THEN
            RAISE EXCEPTION 'a locked question set is never changed or removed';
        END IF;
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        IF TG_TABLE_NAME = 'partners_section' THEN
            of_set := OLD.question_set_id;
        ELSE
            SELECT question_set_id INTO of_set FROM partners_section WHERE id = OLD.section_id;
        END IF;
        IF EXISTS (SELECT 1 FROM partners_questionset WHERE id = of_set AND state = 'locked') THEN
            RAISE EXCEPTION 'a locked question set is never changed or removed';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        IF TG_TABLE_NAME = 'partners_section' THEN
            of_set := NEW.question_set_id;
        ELSE
            SELECT question_set_id INTO of_set FROM partners_section WHERE id = NEW.section_id;
        END IF;
        IF EXISTS (SELECT 1 FROM partners_questionset WHERE id = of_set AND state = 'locked') THEN
            RAISE EXCEPTION 'a locked question set is never changed or removed';
        END IF;
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""
_TABLES = {
    "questionset": ("UPDATE", "DELETE"),
    "section": ("INSERT", "UPDATE", "DELETE"),
    "question": ("INSERT", "UPDATE", "DELETE"),
}


def _is_locked(table: str, row: str) -> str:
    """The condition of SQLite's trigger: that `row` (OLD or NEW) belongs to a locked set."""
    if table == "questionset":
        return f"{row}.state = 'locked'"
    of_set = f"{row}.question_set_id"
    if table == "question":
        of_set = f"(SELECT question_set_id FROM partners_section WHERE id = {row}.section_id)"  # noqa: S608 - names of this file only
    return f"EXISTS (SELECT 1 FROM partners_questionset WHERE id = {of_set} AND state = 'locked')"  # noqa: S608 - names of this file only


def _on_sqlite(table: str, act: str) -> str:
    rows = {"INSERT": ["NEW"], "DELETE": ["OLD"]}.get(act, ["OLD", "NEW"])
    if table == "questionset":
        # From draft to locked is the one change that ends in a locked row.
        rows = ["OLD"]
    condition = " OR ".join(_is_locked(table, row) for row in rows)
    return (
        f"CREATE TRIGGER {table}_locked_{act.lower()} BEFORE {act} ON partners_{table} WHEN {condition} "
        "BEGIN SELECT RAISE(ABORT, 'a locked question set is never changed or removed'); END;"
    )


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL, params=None)
        for table, acts in _TABLES.items():
            schema_editor.execute(
                f"CREATE TRIGGER {table}_locked BEFORE {' OR '.join(acts)} ON partners_{table} "
                "FOR EACH ROW EXECUTE FUNCTION partners_locked_set()"
            )
        return
    for table, acts in _TABLES.items():
        for act in acts:
            schema_editor.execute(_on_sqlite(table, act), params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in _TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_locked ON partners_{table}")
        schema_editor.execute("DROP FUNCTION partners_locked_set")
        return
    for table, acts in _TABLES.items():
        for act in acts:
            schema_editor.execute(f"DROP TRIGGER {table}_locked_{act.lower()}")


class Migration(migrations.Migration):
    dependencies = [("partners", "0003_append_only")]
    operations = [migrations.RunPython(add, remove)]
