"""A file that counts as an original is never at the same time what evaluators of a blind review get, whichever came first."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

_BEFORE = import_module("vouchers.migrations.0057_blind_document_guards").FORWARD
_BLIND = "CREATE OR REPLACE " + _BEFORE[_BEFORE.index("FUNCTION applications_guard_blind()") : _BEFORE.index("CREATE TRIGGER")]
_WHERE = "WHERE a.application_id = NEW.application_id AND o.sha256"
assert _BLIND.count(_WHERE) == 1

FORWARD = (
    _BLIND.replace(_WHERE, "WHERE a.application_id = NEW.application_id AND a.current AND o.sha256")
    + """
CREATE FUNCTION applications_guard_original() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.current AND EXISTS (
        SELECT 1 FROM vouchers_blinddocument a JOIN documents_document b ON b.id = a.document_id
        JOIN documents_document o ON o.id = NEW.document_id
        WHERE a.application_id = NEW.application_id AND a.current AND o.sha256 = b.sha256) THEN
        RAISE EXCEPTION 'an original is another file than a blind version' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_original_guard BEFORE INSERT OR UPDATE OF current, document_id ON vouchers_applicationdocument
    FOR EACH ROW EXECUTE FUNCTION applications_guard_original();
"""
)
BACKWARD = (
    """
DROP TRIGGER applications_original_guard ON vouchers_applicationdocument;
DROP FUNCTION applications_guard_original();
"""
    + _BLIND
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0059_restrictions_four_eyes")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
