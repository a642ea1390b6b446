"""The database itself refuses to change or remove an audit event, and to start a second chain."""

from django.db import migrations

_POSTGRESQL = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Only a test database, which is emptied between tests, sets this.
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only';
END $$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON accounts_auditevent
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON accounts_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
"""

_SQLITE = """
CREATE TRIGGER audit_no_update BEFORE UPDATE ON accounts_auditevent
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON accounts_auditevent
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
"""


def add(apps, schema_editor):
    apps.get_model("accounts", "AuditHead").objects.get_or_create(pk=1)
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL)
    else:
        with connection.cursor() as cursor:
            for trigger in _SQLITE.split("END;"):
                if trigger.strip():
                    cursor.execute(trigger + "END;")


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER audit_no_change ON accounts_auditevent")
        schema_editor.execute("DROP TRIGGER audit_no_truncate ON accounts_auditevent")
        schema_editor.execute("DROP FUNCTION audit_is_append_only")
    else:
        schema_editor.execute("DROP TRIGGER audit_no_update")
        schema_editor.execute("DROP TRIGGER audit_no_delete")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
