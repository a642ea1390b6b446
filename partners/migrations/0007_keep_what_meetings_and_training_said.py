"""What a meeting or a training event said before it was changed is kept; the database itself refuses to
change that."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE TRIGGER kept_append_only BEFORE UPDATE OR DELETE ON partners_kept "
            "FOR EACH ROW EXECUTE FUNCTION partners_append_only()"
        )
        return
    for act in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER kept_no_{act.lower()} BEFORE {act} ON partners_kept "
            "BEGIN SELECT RAISE(ABORT, 'a row of partners_kept is never changed or removed'); END;"
        )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER kept_append_only ON partners_kept")
        return
    schema_editor.execute("DROP TRIGGER kept_no_update")
    schema_editor.execute("DROP TRIGGER kept_no_delete")


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_keep_what_plans_said_before"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("usualdemand", "set_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Kept",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "thing",
                    models.CharField(
                        choices=[("meeting", "Meeting"), ("event", "Training event"), ("course", "Course")],
                        max_length=8,
                    ),
                ),
                ("uid", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("fields", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "kept",
                "ordering": ["at", "number"],
                "indexes": [models.Index(fields=["thing", "at"], name="kept_by_thing")],
                "constraints": [
                    models.UniqueConstraint(fields=("thing", "uid", "number"), name="kept_once"),
                    models.CheckConstraint(
                        condition=models.Q(("thing__in", ["meeting", "event", "course"])),
                        name="kept_thing_is_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
