"""What the database itself guards in agreements.

Amounts never change, versions and lines are immutable and chained, a signature is given once (it is cleared only when the
agreement goes back to drafting), and no agreement takes force before every party signed its newest version.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed does not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agreements_version_immutable BEFORE UPDATE OR DELETE ON vouchers_agreementversion
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE TRIGGER agreements_version_no_truncate BEFORE TRUNCATE ON vouchers_agreementversion
    FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();
CREATE TRIGGER agreements_line_immutable BEFORE UPDATE OR DELETE ON vouchers_agreementline
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();

CREATE FUNCTION agreements_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before_number integer; before_hash text; state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF state <> 'DRAFTING' THEN
        RAISE EXCEPTION 'a new version is written only in drafting (agreement is %)', state USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT number, content_hash INTO before_number, before_hash FROM vouchers_agreementversion
        WHERE agreement_id = NEW.agreement_id ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(before_number, 0) + 1 OR NEW.previous_hash <> coalesce(before_hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'version % does not follow the one before', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_version_chain BEFORE INSERT ON vouchers_agreementversion
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_version();

CREATE FUNCTION agreements_guard_line() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF state <> 'DRAFTING' THEN
        RAISE EXCEPTION 'lines are written only in drafting (agreement is %)', state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_line_in_draft BEFORE INSERT ON vouchers_agreementline
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_line();

CREATE FUNCTION agreements_guard_party() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE state text; newest text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a party stays a party' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF NEW.organisation_id <> OLD.organisation_id OR NEW.role <> OLD.role OR NEW.agreement_id <> OLD.agreement_id
       OR NEW.institution_id IS DISTINCT FROM OLD.institution_id THEN
        RAISE EXCEPTION 'a party does not become another' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.signed_at, NEW.signed_by_id, NEW.signed_hash) IS NOT DISTINCT FROM (OLD.signed_at, OLD.signed_by_id, OLD.signed_hash)
    THEN
        RETURN NEW;
    END IF;
    IF OLD.signed_at IS NOT NULL AND NOT (state = 'DRAFTING' AND NEW.signed_at IS NULL) THEN
        RAISE EXCEPTION 'a signature does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.signed_at IS NOT NULL THEN
        SELECT content_hash INTO newest FROM vouchers_agreementversion
            WHERE agreement_id = NEW.agreement_id ORDER BY number DESC LIMIT 1;
        IF state <> 'AWAITING_SIGNATURES' OR NEW.signed_hash IS DISTINCT FROM newest THEN
            RAISE EXCEPTION 'a signature is given to the newest version that awaits it' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_party_guard BEFORE UPDATE OR DELETE ON vouchers_agreementparty
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_party();

CREATE FUNCTION agreements_guard_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an agreement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.grant_won <> OLD.grant_won OR NEW.supply_amount_won <> OLD.supply_amount_won
       OR NEW.own_cash_won <> OLD.own_cash_won OR NEW.vat_won <> OLD.vat_won OR NEW.award_id <> OLD.award_id
       OR NEW.number <> OLD.number OR NEW.company_id <> OLD.company_id THEN
        RAISE EXCEPTION 'the amounts of an agreement do not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'DRAFTING' AND (NEW.starts_on <> OLD.starts_on OR NEW.ends_on <> OLD.ends_on) THEN
        RAISE EXCEPTION 'the period changes only in drafting' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'ACTIVE' AND OLD.status <> 'ACTIVE' AND EXISTS (
        SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.id AND signed_at IS NULL) THEN
        RAISE EXCEPTION 'every party signs before the agreement takes force' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_agreement_guard BEFORE UPDATE OR DELETE ON vouchers_agreement
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_agreement();

CREATE FUNCTION agreements_guard_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a voucher is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT grant_won INTO agreed FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF NEW.grant_won <> agreed OR (TG_OP = 'UPDATE' AND (NEW.grant_won, NEW.agreement_id, NEW.number)
       IS DISTINCT FROM (OLD.grant_won, OLD.agreement_id, OLD.number)) THEN
        RAISE EXCEPTION 'a voucher carries the grant of its agreement' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_voucher_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_voucher
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_voucher();
"""
BACKWARD = """
DROP TRIGGER agreements_voucher_guard ON vouchers_voucher;
DROP FUNCTION agreements_guard_voucher();
DROP TRIGGER agreements_agreement_guard ON vouchers_agreement;
DROP FUNCTION agreements_guard_agreement();
DROP TRIGGER agreements_party_guard ON vouchers_agreementparty;
DROP FUNCTION agreements_guard_party();
DROP TRIGGER agreements_line_in_draft ON vouchers_agreementline;
DROP FUNCTION agreements_guard_line();
DROP TRIGGER agreements_version_chain ON vouchers_agreementversion;
DROP FUNCTION agreements_guard_version();
DROP TRIGGER agreements_line_immutable ON vouchers_agreementline;
DROP TRIGGER agreements_version_no_truncate ON vouchers_agreementversion;
DROP TRIGGER agreements_version_immutable ON vouchers_agreementversion;
DROP FUNCTION agreements_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0007_evaluation_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
