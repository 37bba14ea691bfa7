"""A change brings a provider in: lines at 0 won while it is approved and not in force, a party that signs the changed text and is bound
from then on."""

import re
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from django.db import migrations

BEFORE = import_module("vouchers.migrations.0131_agreement_refusals_guards")
SIGNED = "signed_at IS NULL AND refused_at IS NULL) THEN"
HERE = "p.left_by_id IS NULL AND p.refused_at IS NULL"
JOINED = "(p.joined_by_id IS NULL OR EXISTS (SELECT 1 FROM vouchers_agreementchange c WHERE c.id = p.joined_by_id AND c.status = 'IN_FORCE'))"
HELD = Path(__file__).with_name("guards_0105.sql").read_text(encoding="utf-8")
FOUND = re.search(r"CREATE FUNCTION agreements_guard_line\(\).*?\nEND \$\$;", HELD, re.DOTALL)
assert FOUND is not None
assert SIGNED in BEFORE.NEW_AGREEMENT
assert HERE in BEFORE.NEW_HALT
LINE = FOUND.group().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
DRAFTED = "IF state <> 'DRAFTING' THEN"
assert DRAFTED in LINE
FORWARD = f"""
{BEFORE.NEW_AGREEMENT.replace(SIGNED, "signed_at IS NULL AND refused_at IS NULL AND joined_by_id IS NULL) THEN")}
{BEFORE.NEW_HALT.replace(HERE, f"{HERE} AND {JOINED}")}
{
    LINE.replace(
        DRAFTED,
        '''IF state <> 'DRAFTING' AND NOT (NEW.amount_won = 0 AND EXISTS (
        SELECT 1 FROM vouchers_agreementchange WHERE agreement_id = NEW.agreement_id AND status = 'APPROVED')) THEN''',
    )
}
CREATE FUNCTION agreements_guard_joining() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'a party joins once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.role <> 'PROVIDER' OR NEW.signed_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM vouchers_agreementchange
        WHERE id = NEW.joined_by_id AND agreement_id = NEW.agreement_id AND status = 'APPROVED') THEN
        RAISE EXCEPTION 'a provider joins by an approved change of the agreement' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_joining_guard BEFORE INSERT ON vouchers_agreementparty FOR EACH ROW
    WHEN (NEW.joined_by_id IS NOT NULL) EXECUTE FUNCTION agreements_guard_joining();
CREATE TRIGGER agreements_joined_guard BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW
    WHEN (NEW.joined_by_id IS DISTINCT FROM OLD.joined_by_id) EXECUTE FUNCTION agreements_guard_joining();
"""
BACKWARD = f"""
DROP TRIGGER agreements_joined_guard ON vouchers_agreementparty;
DROP TRIGGER agreements_joining_guard ON vouchers_agreementparty;
DROP FUNCTION agreements_guard_joining();
{LINE}
{BEFORE.NEW_HALT}
{BEFORE.NEW_AGREEMENT}
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0134_agreement_joining")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
