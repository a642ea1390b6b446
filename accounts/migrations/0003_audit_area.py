"""Administrators' half of the trail is read by an index; the trail can be searched by time."""

from django.db import migrations, models

# SQLite copies a table to change it and leaves its triggers behind.
_SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON accounts_auditevent "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON accounts_auditevent "
    "BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;",
)
_NAMES = ("audit_no_update", "audit_no_delete")


def drop_triggers(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for name in _NAMES:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")


def add_triggers(apps, schema_editor):
    drop_triggers(apps, schema_editor)
    if schema_editor.connection.vendor == "sqlite":
        for trigger in _SQLITE:
            schema_editor.execute(trigger)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_append_only")]

    operations = [
        migrations.RunPython(drop_triggers, add_triggers),
        migrations.AddField(
            model_name="auditevent",
            name="area",
            field=models.CharField(
                choices=[("security", "Security"), ("records", "Records")], default="records", max_length=8
            ),
            preserve_default=False,
        ),
        migrations.AlterField(model_name="auditevent", name="hash", field=models.CharField(max_length=64)),
        migrations.AddIndex(
            model_name="auditevent", index=models.Index(fields=["area", "-id"], name="audit_area")
        ),
        migrations.AddIndex(model_name="auditevent", index=models.Index(fields=["at"], name="audit_at")),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.CheckConstraint(
                condition=models.Q(area__in=["security", "records"]), name="audit_area_is_known"
            ),
        ),
        migrations.RunPython(add_triggers, drop_triggers),
    ]
