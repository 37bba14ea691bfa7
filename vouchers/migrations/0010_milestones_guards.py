"""What the database itself guards in milestones: data use only after both tracks, sums within the agreement."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION milestone_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed record; planned record;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.amount_won <> OLD.amount_won OR NEW.grant_won <> OLD.grant_won OR NEW.vat_won <> OLD.vat_won
       OR NEW.uses_data <> OLD.uses_data OR NEW.institution_id <> OLD.institution_id
       OR NEW.agreement_id <> OLD.agreement_id) THEN
        RAISE EXCEPTION 'milestone %: its money, provider and use of data never change', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.uses_data AND NEW.status IN ('SUBMITTED', 'COMPANY_ACCEPTED', 'ACCEPTED')
       AND (TG_OP = 'INSERT' OR NEW.status IS DISTINCT FROM OLD.status) AND NOT EXISTS (
        SELECT 1 FROM vouchers_accessrequest r
        JOIN vouchers_accesscase c ON c.id = r.case_id
        JOIN vouchers_ethicsreview e ON e.request_id = r.id
        JOIN vouchers_datareview d ON d.request_id = r.id
        JOIN vouchers_agreement a ON a.id = NEW.agreement_id
        WHERE r.institution_id = NEW.institution_id AND c.company_id = a.company_id
          AND r.status NOT IN ('WITHDRAWN', 'REFUSED', 'DRAFT')
          AND e.status IN ('EXEMPTION_CONFIRMED', 'APPROVED') AND d.status IN ('APPROVED', 'RECOGNISED', 'WAIVED')) THEN
        RAISE EXCEPTION 'milestone %: both IRB and DRB must allow the use', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    SELECT grant_won, supply_amount_won INTO agreed FROM vouchers_agreement WHERE id = NEW.agreement_id FOR UPDATE;
    SELECT coalesce(sum(grant_won), 0) AS grant_won, coalesce(sum(amount_won), 0) AS amount_won INTO planned
        FROM vouchers_milestone WHERE agreement_id = NEW.agreement_id AND id <> NEW.id;
    IF planned.grant_won + NEW.grant_won > agreed.grant_won
       OR planned.amount_won + NEW.amount_won > agreed.supply_amount_won THEN
        RAISE EXCEPTION 'milestone %: more than the agreement', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestone_guard BEFORE INSERT OR UPDATE ON vouchers_milestone
    FOR EACH ROW EXECUTE FUNCTION milestone_guard();
"""
BACKWARD = """
DROP TRIGGER milestone_guard ON vouchers_milestone;
DROP FUNCTION milestone_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0009_access_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
