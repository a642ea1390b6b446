"""The database itself refuses to change history, and what was issued or sent."""

from django.db import migrations

_APPEND_ONLY = (
    "history",
    "versionmove",
    "paragraph",
    "interpretationedit",
    "acknowledgement",
    "acknowledgementreminder",
    "linklook",
    "sourcecheck",
)
_POSTGRESQL = """
CREATE FUNCTION guidance_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a row of % is never changed or removed', TG_TABLE_NAME;
END $$;
"""
# What a version says; null is equal to null here.
_SAID = (
    "item_id",
    "number",
    "kind",
    "size",
    "force",
    "title",
    "summary",
    "change_note",
    "published_on",
    "received_on",
    "effective_from",
    "effective_until",
    "issued_at",
)


def _differs(vendor):
    distinct = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    return " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in _SAID)


def _fixed(vendor):
    """Per table: what must not change, and what must not go, as conditions on the row before and after."""
    return {
        "guidanceversion": (
            f"OLD.issued_at IS NOT NULL AND ({_differs(vendor)})",
            "OLD.issued_at IS NOT NULL",
        ),
        "interpretation": ("OLD.state IN ('approved', 'sent_back')", "OLD.submitted_at IS NOT NULL"),
        "newsletter": ("OLD.state = 'sent'", "OLD.state = 'sent'"),
    }


def add(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL, params=None)
    for table in _APPEND_ONLY:
        _trigger(schema_editor, table, "UPDATE", "1 = 1")
        _trigger(schema_editor, table, "DELETE", "1 = 1")
    for table, (changed, removed) in _fixed(vendor).items():
        _trigger(schema_editor, table, "UPDATE", changed)
        _trigger(schema_editor, table, "DELETE", removed)


def _trigger(schema_editor, table, act, condition):
    name = f"guidance_{table}_no_{act.lower()}"
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON guidance_{table} FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION guidance_append_only()"
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON guidance_{table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'a row of guidance_{table} is never changed or removed'); END;"
        )


def remove(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for table in {*_APPEND_ONLY, *_fixed(vendor)}:
        for act in ("update", "delete"):
            on = f" ON guidance_{table}" if vendor == "postgresql" else ""
            schema_editor.execute(f"DROP TRIGGER guidance_{table}_no_{act}{on}")
    if vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION guidance_append_only")


class Migration(migrations.Migration):
    dependencies = [("guidance", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
