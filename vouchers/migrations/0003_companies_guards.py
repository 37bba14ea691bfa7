"""What the database itself guards in companies: whose number it is, and that nobody rewrites how it was verified."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION company_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.brn <> OLD.brn OR NEW.organisation_id <> OLD.organisation_id THEN
        RAISE EXCEPTION 'a registered number stays with its company' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.verification = 'VERIFIED' AND OLD.verification = 'VERIFIED'
       AND (NEW.name_ko <> OLD.name_ko OR NEW.opened_on <> OLD.opened_on) AND NEW.verified_how <> 'OFFICER' THEN
        RAISE EXCEPTION 'verified facts change only by an officer' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER company_guarded BEFORE UPDATE ON vouchers_company FOR EACH ROW EXECUTE FUNCTION company_guard();

CREATE FUNCTION company_request_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'FILED' AND (NEW.status <> OLD.status OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id
                                  OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a decision is not decided again' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER dispute_decided_once BEFORE UPDATE ON vouchers_ownershipdispute
    FOR EACH ROW EXECUTE FUNCTION company_request_guard();
CREATE TRIGGER change_decided_once BEFORE UPDATE ON vouchers_representativechange
    FOR EACH ROW EXECUTE FUNCTION company_request_guard();

ALTER TABLE vouchers_company ADD CONSTRAINT company_verified_has_source
    CHECK (verification <> 'VERIFIED' OR (verified_how = 'TAX_SERVICE' AND verified_by_id IS NULL)
           OR (verified_how = 'OFFICER' AND verified_by_id IS NOT NULL));
ALTER TABLE vouchers_company ADD CONSTRAINT company_name_is_forgotten
    CHECK (sealed_representative = '' OR verification <> 'VERIFIED');
ALTER TABLE vouchers_ownershipdispute ADD CONSTRAINT dispute_decision_complete
    CHECK ((status = 'FILED') = (decided_by_id IS NULL) AND (status = 'FILED' OR reason <> ''));
ALTER TABLE vouchers_representativechange ADD CONSTRAINT change_decision_complete
    CHECK ((status = 'FILED') = (decided_by_id IS NULL) AND (status = 'FILED' OR reason <> ''));
"""

BACKWARD = """
ALTER TABLE vouchers_representativechange DROP CONSTRAINT change_decision_complete;
ALTER TABLE vouchers_ownershipdispute DROP CONSTRAINT dispute_decision_complete;
ALTER TABLE vouchers_company DROP CONSTRAINT company_name_is_forgotten;
ALTER TABLE vouchers_company DROP CONSTRAINT company_verified_has_source;
DROP TRIGGER change_decided_once ON vouchers_representativechange;
DROP TRIGGER dispute_decided_once ON vouchers_ownershipdispute;
DROP FUNCTION company_request_guard();
DROP TRIGGER company_guarded ON vouchers_company;
DROP FUNCTION company_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0002_rounds_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
