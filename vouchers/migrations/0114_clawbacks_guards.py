"""What the database guards of clawbacks: what was told and heard stays, what was ordered is only lowered, the figures come from the
round's own table."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION clawback_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE most int;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a clawback is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.agreement_id, NEW.company_id, NEW.round_id, NEW.organisation_id, NEW.ground, NEW.facts, NEW.noticed_won, NEW.detected_by_id)
        IS DISTINCT FROM (OLD.agreement_id, OLD.company_id, OLD.round_id, OLD.organisation_id, OLD.ground, OLD.facts, OLD.noticed_won,
        OLD.detected_by_id) THEN
        RAISE EXCEPTION 'clawback %: what was found stays', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.noticed_on IS NOT NULL AND (NEW.noticed_on, NEW.opinion_until) IS DISTINCT FROM (OLD.noticed_on, OLD.opinion_until)
       OR OLD.opinion_at IS NOT NULL AND (NEW.opinion, NEW.opinion_by_id, NEW.opinion_at, NEW.opinion_file_id)
          IS DISTINCT FROM (OLD.opinion, OLD.opinion_by_id, OLD.opinion_at, OLD.opinion_file_id)
       OR OLD.reported_on IS NOT NULL AND (NEW.reported_on, NEW.reported_no) IS DISTINCT FROM (OLD.reported_on, OLD.reported_no) THEN
        RAISE EXCEPTION 'clawback %: what was told and heard stays', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.ordered_on IS NOT NULL AND ((NEW.ordered_on, NEW.ordered_by_id, NEW.source, NEW.reason)
        IS DISTINCT FROM (OLD.ordered_on, OLD.ordered_by_id, OLD.source, OLD.reason)
        OR NEW.ordered_won > OLD.ordered_won OR NEW.surcharge_won > OLD.surcharge_won) THEN
        RAISE EXCEPTION 'clawback %: an order stays, or is lowered', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.ordered_on IS NOT NULL AND OLD.ordered_on IS NULL THEN
        SELECT coalesce((p.body#>>ARRAY['settling', 'surcharge', NEW.ground])::int, CASE NEW.ground WHEN 'FALSE_RECEIPT' THEN 5
            WHEN 'OTHER_USE' THEN 3 WHEN 'BREACH' THEN 2 ELSE 1 END) INTO most
            FROM vouchers_policyversion p WHERE p.round_id = NEW.round_id ORDER BY p.number DESC LIMIT 1;
        IF NEW.surcharge_times > most THEN
            RAISE EXCEPTION 'clawback %: the table has at most % times', NEW.ref, most
                USING ERRCODE = 'check_violation', CONSTRAINT = 'clawback_within_table';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER clawback_guard BEFORE UPDATE OR DELETE ON vouchers_clawback FOR EACH ROW EXECUTE FUNCTION clawback_guard();

CREATE FUNCTION debt_within_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE most bigint;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.principal_won, NEW.interest_won) = (OLD.principal_won, OLD.interest_won) THEN
            RETURN NEW;
        END IF;
    END IF;
    SELECT CASE NEW.kind WHEN 'SURCHARGE' THEN surcharge_won ELSE ordered_won END INTO most FROM vouchers_clawback WHERE id = NEW.clawback_id;
    IF NEW.principal_won <> most OR NEW.interest_won <> 0 THEN
        RAISE EXCEPTION 'debt %: % won, the order has %', NEW.ref, NEW.principal_won, most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_as_ordered';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debt_within_order BEFORE INSERT OR UPDATE OF principal_won ON vouchers_debt
    FOR EACH ROW WHEN (NEW.clawback_id IS NOT NULL) EXECUTE FUNCTION debt_within_order();

DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_clawback FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER debt_within_order ON vouchers_debt;
DROP FUNCTION debt_within_order();
DROP TRIGGER clawback_guard ON vouchers_clawback;
DROP FUNCTION clawback_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0113_clawbacks")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
