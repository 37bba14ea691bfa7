"""A file that nothing points to any more may be erased: its name goes with its content, once; its fingerprint stays."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models

BEFORE = import_module("portal.documents.migrations.0002_documents_guards")
FUNCTION = BEFORE.FORWARD[: BEFORE.FORWARD.index("CREATE TRIGGER")].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
NAMES = ("NEW.kind, NEW.name, NEW.media_type", "OLD.kind, OLD.name, OLD.media_type")
ERASED = """
    IF (CASE WHEN NEW.erased_at IS NOT DISTINCT FROM OLD.erased_at THEN NEW.name <> OLD.name
            ELSE OLD.erased_at IS NOT NULL OR NEW.name <> NEW.ref END) THEN
        RAISE EXCEPTION 'its name never changes, but that its reference takes its place when it is erased'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
"""
GUARD = FUNCTION.replace(NAMES[0], "NEW.kind, NEW.media_type").replace(NAMES[1], "OLD.kind, OLD.media_type")
GUARD = GUARD.replace("    RETURN NEW;\n", ERASED)
assert "NEW.name <> NEW.ref" in GUARD and "NEW.kind, NEW.media_type" in GUARD, "the guard that is replaced reads as it did"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("documents", "0002_documents_guards")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="document",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(GUARD, FUNCTION),
    ]
