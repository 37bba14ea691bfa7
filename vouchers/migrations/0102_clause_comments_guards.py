"""While a text is negotiated new versions are written and the period may move; what was said of an article stays, and is answered
once."""

import re
from importlib import import_module
from typing import ClassVar

from django.db import migrations

BEFORE = import_module("vouchers.migrations.0095_agreement_changes_guards").FORWARD


def held(name: str) -> str:
    """A function as the step before left it."""
    found = re.search(rf"CREATE OR REPLACE FUNCTION {name}\(\).*?\nEND \$\$;", BEFORE, re.DOTALL)
    assert found is not None, name
    return found.group()


VERSION, AGREEMENT = held("agreements_guard_version"), held("agreements_guard_agreement")
FORWARD = (
    VERSION.replace("state <> 'DRAFTING'", "state NOT IN ('DRAFTING', 'NEGOTIATING')")
    + AGREEMENT.replace("OLD.status <> 'DRAFTING' AND", "OLD.status NOT IN ('DRAFTING', 'NEGOTIATING') AND")
    + """
CREATE FUNCTION agreements_guard_comment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a comment is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM vouchers_agreement WHERE id = NEW.agreement_id AND status = 'NEGOTIATING') THEN
        RAISE EXCEPTION 'articles are commented on while they are negotiated' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'OPEN' OR (NEW.agreement_id, NEW.on_version_id, NEW.clause, NEW.party_id, NEW.author_id,
        NEW.text) IS DISTINCT FROM (OLD.agreement_id, OLD.on_version_id, OLD.clause, OLD.party_id, OLD.author_id, OLD.text)) THEN
        RAISE EXCEPTION 'what was said stays, and an answer is given once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_comment_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_clausecomment
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_comment();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_clausecomment FROM %I', one.grantee);
    END LOOP;
END $$;
"""
)
BACKWARD = f"""
DROP TRIGGER agreements_comment_guard ON vouchers_clausecomment;
DROP FUNCTION agreements_guard_comment();
{VERSION}
{AGREEMENT}
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0101_clause_comments")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
