"""What a plan said before it was changed, and each answer to a dependency, are kept; the database itself
refuses to change them, and what was recorded of a service's level."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_TABLES = ("planrevision", "dependencymove")
# The rest of such a row says that a planned change was given up.
_FIXED = "service_id, level, from_date, reason, at, by_id"


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in _TABLES:
            _on_postgresql(schema_editor, table, "UPDATE OR DELETE")
        _on_postgresql(schema_editor, "servicelevelchange", f"UPDATE OF {_FIXED} OR DELETE")
        return
    for table in _TABLES:
        _on_sqlite(schema_editor, table, "update", "UPDATE")
        _on_sqlite(schema_editor, table, "delete", "DELETE")
    _on_sqlite(schema_editor, "servicelevelchange", "update", f"UPDATE OF {_FIXED}")
    _on_sqlite(schema_editor, "servicelevelchange", "delete", "DELETE")


def _on_postgresql(schema_editor, table, acts):
    schema_editor.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE {acts} ON partners_{table} "
        "FOR EACH ROW EXECUTE FUNCTION partners_append_only()"
    )


def _on_sqlite(schema_editor, table, name, act):
    schema_editor.execute(
        f"CREATE TRIGGER {table}_no_{name} BEFORE {act} ON partners_{table} "
        f"BEGIN SELECT RAISE(ABORT, 'a row of partners_{table} is never changed or removed'); END;"
    )


def remove(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for table in (*_TABLES, "servicelevelchange"):
        if on_postgresql:
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON partners_{table}")
        else:
            schema_editor.execute(f"DROP TRIGGER {table}_no_update")
            schema_editor.execute(f"DROP TRIGGER {table}_no_delete")


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_planned_days_and_agreed_minutes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("remit", models.TextField(blank=True)),
                ("changed_at", models.DateTimeField()),
                (
                    "changed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="partners.recoveryplan",
                    ),
                ),
            ],
            options={
                "ordering": ["changed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DependencyMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("asked", "Not confirmed yet"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Cannot be met"),
                            ("withdrawn", "No longer needed"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("asked", "Not confirmed yet"),
                            ("confirmed", "Confirmed"),
                            ("refused", "Cannot be met"),
                            ("withdrawn", "No longer needed"),
                        ],
                        max_length=9,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=400)),
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
                (
                    "dependency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="partners.dependency",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("to_state__in", ["asked", "confirmed", "refused", "withdrawn"])),
                        name="dependency_move_is_known",
                    )
                ],
            },
        ),
        migrations.RunPython(add, remove),
    ]
