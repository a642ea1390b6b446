"""Who refused a public version, and when."""

import importlib

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_before = importlib.import_module("riskregister.migrations.0002_append_only_and_sealed")
_TABLE = "publicrelease"


def refuse_again(apps, schema_editor):
    """SQLite makes a table anew to add a check, and its triggers go with the old one."""
    if schema_editor.connection.vendor == "sqlite":
        changed, removed = _before._FIXED[_TABLE]
        _before._trigger(schema_editor, _TABLE, "UPDATE", changed)
        _before._trigger(schema_editor, _TABLE, "DELETE", removed)


class Migration(migrations.Migration):
    dependencies = [
        ("riskregister", "0003_rules_are_confirmed_and_acceptances_renewed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="publicrelease",
            name="refused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="publicrelease",
            name="refused_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrelease",
            constraint=models.CheckConstraint(
                condition=models.Q(("refused_at", None), ("refused_by", None))
                | models.Q(("refused_at__isnull", False), ("refused_by__isnull", False)),
                name="release_refused_at_and_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicrelease",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refused_at", None), models.Q(("refused_reason", ""), _negated=True), _connector="OR"
                ),
                name="release_refused_with_reason",
            ),
        ),
        migrations.RunPython(refuse_again, migrations.RunPython.noop),
    ]
