"""The index of full text that guidance/selectors/search.py asks; other databases look for plain words."""

from django.db import migrations

_CREATE = (
    "CREATE INDEX guidance_item_search ON guidance_guidanceitem "
    "USING gin (to_tsvector('english', search_text))"
)


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_CREATE)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX guidance_item_search")


class Migration(migrations.Migration):
    dependencies = [("guidance", "0004_sent_dispatches")]
    operations = [migrations.RunPython(add, remove)]
