"""A provider refuses once, before it signed, while others provide; amounts then fall to what the next version says, and the agreement takes
force without it."""

import re
from importlib import import_module
from typing import ClassVar

from django.db import migrations

NEGOTIATED = import_module("vouchers.migrations.0102_clause_comments_guards").FORWARD
CHANGED = import_module("vouchers.migrations.0095_agreement_changes_guards").FORWARD
HALTED = import_module("vouchers.migrations.0127_agreement_halts_guards").FORWARD


def held(source: str, name: str) -> str:
    """A function as an earlier step left it."""
    found = re.search(rf"CREATE (?:OR REPLACE )?FUNCTION {name}\(\).*?\nEND \$\$;", source, re.DOTALL)
    assert found is not None, name
    return re.sub("^CREATE (?:OR REPLACE )?FUNCTION", "CREATE OR REPLACE FUNCTION", found.group())


def said(text: str, before: str, after: str) -> str:
    assert before in text, before
    return text.replace(before, after)


AGREEMENT, LINE, HALT = (
    held(NEGOTIATED, "agreements_guard_agreement"), held(CHANGED, "agreements_guard_line_change"), held(HALTED, "agreements_guard_halt"),
)  # fmt: skip
REFUSED = "EXISTS (SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = {of} AND refused_at IS NOT NULL)"
NEW_AGREEMENT = said(
    said(
        said(AGREEMENT, "DECLARE said jsonb;", "DECLARE refused boolean := false; said jsonb;"),
        "        IF said IS NULL OR NEW.status NOT IN ('ACTIVE', 'SUSPENDED')",
        f"""        IF said IS NULL AND NEW.status = 'DRAFTING' AND NEW.supply_amount_won <= OLD.supply_amount_won
           AND NEW.grant_won <= OLD.grant_won AND {REFUSED.format(of="NEW.id")} THEN
            refused := true;
            SELECT body INTO said FROM vouchers_agreementversion WHERE agreement_id = NEW.id ORDER BY number DESC LIMIT 1;
        END IF;
        IF said IS NULL OR (NOT refused AND NEW.status NOT IN ('ACTIVE', 'SUSPENDED'))""",
    ),
    "WHERE agreement_id = NEW.id AND signed_at IS NULL) THEN",
    "WHERE agreement_id = NEW.id AND signed_at IS NULL AND refused_at IS NULL) THEN",
)
NEW_LINE = said(
    LINE,
    "agreements_held_body(NEW.agreement_id) -> 'lines'",
    f"""coalesce(agreements_held_body(NEW.agreement_id), (SELECT v.body FROM vouchers_agreementversion v
                JOIN vouchers_agreement g ON g.id = v.agreement_id WHERE g.id = NEW.agreement_id AND g.status = 'DRAFTING'
                AND {REFUSED.format(of="NEW.agreement_id")} ORDER BY v.number DESC LIMIT 1)) -> 'lines'""",
)
NEW_HALT = said(HALT, "p.left_by_id IS NULL", "p.left_by_id IS NULL AND p.refused_at IS NULL")
FORWARD = f"""
{NEW_AGREEMENT}
{NEW_LINE}
{NEW_HALT}
CREATE FUNCTION agreements_guard_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.refused_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM vouchers_agreement WHERE id = NEW.agreement_id AND status IN ('NEGOTIATING', 'AWAITING_SIGNATURES'))
       OR NOT EXISTS (SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.agreement_id AND id <> NEW.id
                      AND role = 'PROVIDER' AND refused_at IS NULL) THEN
        RAISE EXCEPTION 'a provider refuses once, before it signed, while another one provides' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_refusal_guard BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW
    WHEN ((NEW.refused_at, NEW.refused_by_id, NEW.refusal) IS DISTINCT FROM (OLD.refused_at, OLD.refused_by_id, OLD.refusal))
    EXECUTE FUNCTION agreements_guard_refusal();
"""
BACKWARD = f"""
DROP TRIGGER agreements_refusal_guard ON vouchers_agreementparty;
DROP FUNCTION agreements_guard_refusal();
{AGREEMENT}
{LINE}
{HALT}
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0130_agreement_refusals")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
