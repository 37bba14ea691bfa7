"""An advance keeps to the round's rate and waits for a guarantee that covers it where the round asks for one; what is netted was paid in
advance; only an advance needs no accepted milestone."""

import re
from pathlib import Path
from typing import ClassVar

from django.db import migrations

HELD = Path(__file__).with_name("guards_0105.sql").read_text(encoding="utf-8")
FOUND = re.search(r"CREATE FUNCTION disbursement_guard\(\).*?\nEND \$\$;", HELD, re.DOTALL)
assert FOUND is not None
BEFORE = FOUND.group().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1)
ACCEPTED = "IF milestone_status <> 'ACCEPTED' THEN"
assert ACCEPTED in BEFORE
FORWARD = f"""
{BEFORE.replace(ACCEPTED, "IF milestone_status <> 'ACCEPTED' AND NEW.kind <> 'ADVANCE' THEN")}

CREATE FUNCTION disbursement_guard_advance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paying jsonb; rate numeric; grants bigint; last_day date; advanced bigint; netted bigint; share bigint; agreed bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.kind, NEW.netted_won) IS DISTINCT FROM (OLD.kind, OLD.netted_won) THEN
        RAISE EXCEPTION 'disbursement %: its tranche and what is netted never change', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    SELECT m.agreement_id, m.grant_won, g.ends_on INTO agreed, share, last_day FROM vouchers_milestone m
        JOIN vouchers_agreement g ON g.id = m.agreement_id WHERE m.id = NEW.milestone_id;
    IF NEW.kind = 'MILESTONE' THEN
        IF NEW.netted_won = 0 OR TG_OP = 'UPDATE' THEN
            RETURN NEW;
        END IF;
        SELECT coalesce(sum(amount_won) FILTER (WHERE kind = 'ADVANCE' AND status = 'PAID'), 0), coalesce(sum(netted_won), 0)
            INTO advanced, netted FROM vouchers_disbursement
            WHERE voucher_id = NEW.voucher_id AND payee_id = NEW.payee_id AND id <> NEW.id;
        IF netted + NEW.netted_won > advanced OR NEW.amount_won + NEW.netted_won <> share THEN
            RAISE EXCEPTION 'disbursement %: nets what was paid in advance, and no more', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT p.body -> 'paying' INTO paying FROM vouchers_policyversion p JOIN vouchers_agreement g ON g.round_id = p.round_id
        WHERE g.id = agreed ORDER BY p.number DESC LIMIT 1;
    rate := coalesce((paying ->> 'advance_rate')::numeric, 0);
    IF TG_OP = 'INSERT' THEN
        SELECT coalesce(sum(grant_won), 0) INTO grants FROM vouchers_milestone
            WHERE agreement_id = agreed AND institution_id = NEW.payee_id AND status NOT IN ('DROPPED', 'REJECTED');
        IF NEW.amount_won > floor(grants * rate) THEN
            RAISE EXCEPTION 'disbursement %: more in advance than the round allows', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND NEW.status IN ('COMPANY_CONFIRMED', 'EVIDENCE_CHECKED', 'APPROVED', 'REGISTERED')
       AND coalesce(paying ->> 'advance_guarantee', 'true') = 'true' AND NOT EXISTS (
        SELECT 1 FROM vouchers_guarantee WHERE disbursement_id = NEW.id AND amount_won >= NEW.amount_won AND valid_until >= last_day) THEN
        RAISE EXCEPTION 'disbursement %: an advance waits for a guarantee that covers it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_guard_advance BEFORE INSERT OR UPDATE ON vouchers_disbursement
    FOR EACH ROW EXECUTE FUNCTION disbursement_guard_advance();

CREATE FUNCTION guarantee_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a guarantee never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM vouchers_disbursement WHERE id = NEW.disbursement_id AND kind = 'ADVANCE' AND status = 'REQUESTED') THEN
        RAISE EXCEPTION 'a guarantee is filed with the advance that it covers' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarantee_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_guarantee
    FOR EACH ROW EXECUTE FUNCTION guarantee_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON vouchers_guarantee FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = f"""
DROP TRIGGER guarantee_guard ON vouchers_guarantee;
DROP FUNCTION guarantee_guard();
DROP TRIGGER disbursement_guard_advance ON vouchers_disbursement;
DROP FUNCTION disbursement_guard_advance();
{BEFORE}
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0132_advances")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
