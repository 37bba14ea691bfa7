"""Who handed a transfer over never says what became of it, and a changed account waits however it comes to a payment: at a change
of the account or the state, and once more when a transfer is written."""

import re
from importlib import import_module
from typing import ClassVar

from django.db import migrations

BEFORE = import_module("vouchers.migrations.0098_payment_files_guards").FORWARD


def held(name: str) -> str:
    """A function as the step before left it."""
    found = re.search(rf"CREATE FUNCTION {name}\(\).*?\nEND \$\$;", BEFORE, re.DOTALL)
    assert found is not None, name
    return found.group().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)


ANSWER, ACCOUNT, WAY = held("payment_answer_guard"), held("disbursement_account_guard"), held("attempt_way_guard")
RELEASED = "NEW.read_by_id IN (approved_by_id, registered_by_id)"
CHANGED = """    IF NEW.status = 'REGISTERED' AND OLD.status IN ('APPROVED', 'FAILED') AND EXISTS ("""
ALWAYS = """    IF NEW.status = 'REGISTERED' AND (NEW.status <> OLD.status OR NEW.payee_account_id IS DISTINCT FROM OLD.payee_account_id
        OR NEW.registered_at IS DISTINCT FROM OLD.registered_at) AND EXISTS ("""
RENEWED = "       AND NEW.registered_at IS DISTINCT FROM OLD.registered_at AND NOT EXISTS ("
CLAIMED = """    NEW.account_id := coalesce(NEW.account_id, paying.payee_account_id);
"""
WAITS = """    IF EXISTS (SELECT 1 FROM vouchers_payeeaccount WHERE id = NEW.account_id
               AND waits_until > (NEW.claimed_at AT TIME ZONE 'Asia/Seoul')::date) THEN
        RAISE EXCEPTION 'payment attempt %: the account of its payee changed and waits', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_account_waits';
    END IF;
"""
assert RELEASED in ANSWER and CHANGED in ACCOUNT and RENEWED in ACCOUNT and CLAIMED in WAY
OWN = """
CREATE FUNCTION attempt_payer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.resolved_by_id IS DISTINCT FROM OLD.resolved_by_id AND NEW.resolved_by_id = NEW.paid_by_id)
       OR (NEW.explained_by_id IS DISTINCT FROM OLD.explained_by_id AND NEW.explained_by_id = NEW.paid_by_id)
       OR (NEW.withdrawn_by_id IS DISTINCT FROM OLD.withdrawn_by_id AND NEW.withdrawn_by_id = NEW.paid_by_id) THEN
        RAISE EXCEPTION 'payment attempt %: settled or explained by who handed it over', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_payer_settles_nothing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_payer_guard BEFORE UPDATE ON vouchers_paymentattempt
    FOR EACH ROW EXECUTE FUNCTION attempt_payer_guard();
"""
FORWARD = "\n".join([
    ANSWER.replace(RELEASED, "NEW.read_by_id IN (approved_by_id, registered_by_id, paid_by_id)"),
    ACCOUNT.replace(CHANGED, ALWAYS).replace(RENEWED, "       AND NOT EXISTS ("),
    WAY.replace(CLAIMED, CLAIMED + WAITS), OWN,
])  # fmt: skip
BACKWARD = f"""
DROP TRIGGER attempt_payer_guard ON vouchers_paymentattempt;
DROP FUNCTION attempt_payer_guard();
{ANSWER}
{ACCOUNT}
{WAY}
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0104_payment_answers_say")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
