"""The database itself refuses to change history, and what is published."""

from django.db import migrations

_APPEND_ONLY = ("history", "ratingchange", "risklook", "signature", "narrative", "comment")
# A matrix is confirmed once, and a release is released or revoked; nothing else of them changes.
_POSTGRESQL = """
CREATE FUNCTION riskregister_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a row of % is never changed or removed', TG_TABLE_NAME;
END $$;
"""
# What must not change, as a condition on the row before and after.
_FIXED = {
    "boardreview": ("OLD.state = 'published'", "OLD.state = 'published'"),
    "publicrelease": (
        "NEW.content <> OLD.content OR NEW.digest <> OLD.digest OR NEW.review_id <> OLD.review_id",
        "1 = 1",
    ),
    "matrix": (
        "OLD.confirmed_at IS NOT NULL OR NEW.bands <> OLD.bands OR NEW.effective_from <> OLD.effective_from"
        " OR NEW.likelihoods <> OLD.likelihoods OR NEW.impacts <> OLD.impacts",
        "1 = 1",
    ),
}


def add(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    if on_postgresql:
        schema_editor.execute(_POSTGRESQL, params=None)
    for table in _APPEND_ONLY:
        _trigger(schema_editor, table, "UPDATE", "1 = 1")
        _trigger(schema_editor, table, "DELETE", "1 = 1")
    for table, (changed, removed) in _FIXED.items():
        _trigger(schema_editor, table, "UPDATE", changed)
        _trigger(schema_editor, table, "DELETE", removed)


def _trigger(schema_editor, table, act, condition):
    name = f"riskregister_{table}_no_{act.lower()}"
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON riskregister_{table} FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION riskregister_append_only()"
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON riskregister_{table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of riskregister_{table} is never changed or removed'); END;"
        )


def remove(apps, schema_editor):
    for table in {*_APPEND_ONLY, *_FIXED}:
        for act in ("update", "delete"):
            on = f" ON riskregister_{table}" if schema_editor.connection.vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER riskregister_{table}_no_{act}{on}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION riskregister_append_only")


class Migration(migrations.Migration):
    dependencies = [("riskregister", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
