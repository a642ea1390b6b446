"""What of each item may be searched by who sees only what was issued; and when it was said that a text had been
sent, which may be later than it was."""

from django.db import migrations, models

_CREATE = (
    "CREATE INDEX guidance_item_told ON guidance_guidanceitem USING gin (to_tsvector('english', told_text))"
)
_LIVE = ("issued", "embedded")
_AT_MOST = 400_000


def fill(apps, schema_editor):
    """As guidance/services/search_text.py writes it."""
    for item in (
        apps.get_model("guidance", "GuidanceItem").objects.filter(versions__state__in=_LIVE).distinct()
    ):
        parts = [f"G{item.number}", item.issuer, item.reference, item.url_key]
        issued = item.versions.filter(state__in=_LIVE).order_by("-number")
        for version in issued:
            for said in version.interpretations.filter(state="approved"):
                parts += [said.meaning, said.to_do]
        for version in issued:
            parts += [version.title, version.summary, version.change_note]
            parts += version.paragraphs.order_by("position").values_list("text", flat=True)
        item.told_text = "\n".join(part for part in dict.fromkeys(parts) if part)[:_AT_MOST]
        item.save(update_fields=["told_text"])


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_CREATE)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX guidance_item_told")


class Migration(migrations.Migration):
    dependencies = [("guidance", "0005_search")]
    operations = [
        migrations.AddField("dispatch", "marked_at", models.DateTimeField(null=True)),
        migrations.AddField("guidanceitem", "told_text", models.TextField(blank=True, default=""), False),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(add, remove),
    ]
