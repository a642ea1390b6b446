"""What was sent through a channel, or not sent for a reason, is fixed in the database itself."""

from django.db import migrations

_CONDITION = "OLD.state IN ('sent', 'dropped')"


def add(apps, schema_editor):
    for act in ("UPDATE", "DELETE"):
        name = f"guidance_dispatch_no_{act.lower()}"
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON guidance_dispatch FOR EACH ROW "
                f"WHEN ({_CONDITION}) EXECUTE FUNCTION guidance_append_only()"
            )
        else:
            schema_editor.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON guidance_dispatch WHEN {_CONDITION} "
                "BEGIN SELECT RAISE(ABORT, 'what was sent is never changed or removed'); END;"
            )


def remove(apps, schema_editor):
    on = " ON guidance_dispatch" if schema_editor.connection.vendor == "postgresql" else ""
    for act in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER guidance_dispatch_no_{act}{on}")


class Migration(migrations.Migration):
    dependencies = [("guidance", "0003_taken_back")]
    operations = [migrations.RunPython(add, remove)]
