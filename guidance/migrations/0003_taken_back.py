"""An approval can be taken back until the version is issued, and nothing that the interpretation said is changed
by it; notes on paragraphs are as fixed as the interpretation that they belong to."""

from django.db import migrations

# What an interpretation says, and who wrote, put forward and decided it.
_SAID = (
    "uid",
    "of_id",
    "number",
    "meaning",
    "to_do",
    "valid_until",
    "is_public",
    "author_id",
    "created_at",
    "submitted_at",
    "submitted_by_id",
    "decided_at",
    "decided_by_id",
)
_OLD_RULE = "OLD.state IN ('approved', 'sent_back')"
_MESSAGE = "a row of guidance_%s is never changed or removed"

_POSTGRESQL = """
CREATE FUNCTION guidance_interpretation_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM guidance_guidanceversion WHERE id = OLD.of_id AND issued_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a row of guidance_interpretation is never changed or removed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guidance_interpretation_not_once_issued BEFORE UPDATE ON guidance_interpretation FOR EACH ROW
    WHEN (OLD.state = 'approved') EXECUTE FUNCTION guidance_interpretation_issued();
CREATE FUNCTION guidance_note_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('app.audit_maintenance', true) = 'on' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF EXISTS (
        SELECT 1 FROM guidance_interpretation
        WHERE id IN (NEW.interpretation_id, OLD.interpretation_id) AND state IN ('approved', 'sent_back')
    ) THEN
        RAISE EXCEPTION 'a row of guidance_paragraphnote is never changed or removed';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER guidance_note_no_change BEFORE UPDATE OR DELETE ON guidance_paragraphnote
    FOR EACH ROW EXECUTE FUNCTION guidance_note_decided();
"""
_POSTGRESQL_BACK = """
DROP TRIGGER guidance_note_no_change ON guidance_paragraphnote;
DROP FUNCTION guidance_note_decided;
DROP TRIGGER guidance_interpretation_not_once_issued ON guidance_interpretation;
DROP FUNCTION guidance_interpretation_issued;
"""


def _sqlite_triggers():
    raised = f"SELECT RAISE(ABORT, '{_MESSAGE % 'interpretation'}');"
    yield (
        "guidance_interpretation_not_once_issued",
        "BEFORE UPDATE ON guidance_interpretation WHEN OLD.state = 'approved' AND EXISTS (SELECT 1 FROM "
        f"guidance_guidanceversion WHERE id = OLD.of_id AND issued_at IS NOT NULL) BEGIN {raised} END;",
    )
    noted = f"SELECT RAISE(ABORT, '{_MESSAGE % 'paragraphnote'}');"
    for act, rows in (("UPDATE", ("NEW", "OLD")), ("DELETE", ("OLD",))):
        ids = ", ".join(f"{row}.interpretation_id" for row in rows)
        yield (
            f"guidance_note_no_{act.lower()}",
            f"BEFORE {act} ON guidance_paragraphnote WHEN EXISTS (SELECT 1 FROM guidance_interpretation "
            f"WHERE id IN ({ids}) AND state IN ('approved', 'sent_back')) BEGIN {noted} END;",
        )


def _fix(schema_editor, condition):
    """The trigger that keeps a decided interpretation as it is, with another condition."""
    name = "guidance_interpretation_no_update"
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {name} ON guidance_interpretation")
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON guidance_interpretation FOR EACH ROW "
            f"WHEN ({condition}) EXECUTE FUNCTION guidance_append_only()"
        )
    else:
        schema_editor.execute(f"DROP TRIGGER {name}")
        schema_editor.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON guidance_interpretation WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE % 'interpretation'}'); END;"
        )


def forwards(apps, schema_editor):
    distinct = "IS DISTINCT FROM" if schema_editor.connection.vendor == "postgresql" else "IS NOT"
    differs = " OR ".join(f"NEW.{name} {distinct} OLD.{name}" for name in _SAID)
    _fix(
        schema_editor,
        f"OLD.state = 'sent_back' OR (OLD.state = 'approved' AND (NEW.state <> 'sent_back' OR {differs}))",
    )
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL, params=None)
        return
    for name, rest in _sqlite_triggers():
        schema_editor.execute(f"CREATE TRIGGER {name} {rest}")


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(_POSTGRESQL_BACK, params=None)
    else:
        for name, _ in _sqlite_triggers():
            schema_editor.execute(f"DROP TRIGGER {name}")
    _fix(schema_editor, _OLD_RULE)


class Migration(migrations.Migration):
    dependencies = [("guidance", "0002_append_only_and_issued")]
    operations = [migrations.RunPython(forwards, backwards)]
