"""A signature rests on a paper of its own signer, checked and valid on its day; what was filed stays."""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_guard_authority() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ((NEW.organisation_id, NEW.person_id, NEW.kind, NEW.document_id, NEW.valid_from,
        NEW.valid_until, NEW.filed_by_id) IS DISTINCT FROM (OLD.organisation_id, OLD.person_id, OLD.kind, OLD.document_id,
        OLD.valid_from, OLD.valid_until, OLD.filed_by_id) OR (NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('FILED', 'CONFIRMED'), ('FILED', 'REFUSED'), ('FILED', 'REVOKED'), ('CONFIRMED', 'REVOKED'))))) THEN
        RAISE EXCEPTION 'authority %: what was filed never changes', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NEW.status <> 'FILED' THEN
        RAISE EXCEPTION 'an authority is filed before it is checked' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_authority_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_signingauthority
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_authority();

CREATE FUNCTION agreements_guard_signed_by_authority() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE signing bigint;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_agreementparty' THEN
        signing := NEW.organisation_id;
    ELSE
        SELECT organisation_id INTO signing FROM vouchers_agreementparty WHERE id = NEW.party_id;
    END IF;
    IF NOT EXISTS (SELECT 1 FROM vouchers_signingauthority a WHERE a.id = NEW.authority_id AND a.status = 'CONFIRMED'
        AND a.organisation_id = signing AND a.person_id = NEW.signed_by_id
        AND (NEW.signed_at AT TIME ZONE 'Asia/Seoul')::date BETWEEN a.valid_from AND a.valid_until) THEN
        RAISE EXCEPTION 'a signature rests on a valid authority of who signs' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_party_authority BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW
    WHEN (NEW.signed_at IS NOT NULL AND (OLD.signed_at IS NULL OR NEW.authority_id IS DISTINCT FROM OLD.authority_id))
    EXECUTE FUNCTION agreements_guard_signed_by_authority();
CREATE TRIGGER agreements_signature_authority BEFORE INSERT ON vouchers_versionsignature
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_signed_by_authority();
CREATE TRIGGER agreements_consent_authority BEFORE INSERT ON vouchers_haltconsent
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_signed_by_authority();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_signingauthority FROM %I', one.grantee);
    END LOOP;
END $$;
"""
BACKWARD = """
DROP TRIGGER agreements_consent_authority ON vouchers_haltconsent;
DROP TRIGGER agreements_signature_authority ON vouchers_versionsignature;
DROP TRIGGER agreements_party_authority ON vouchers_agreementparty;
DROP FUNCTION agreements_guard_signed_by_authority();
DROP TRIGGER agreements_authority_guard ON vouchers_signingauthority;
DROP FUNCTION agreements_guard_authority();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0128_signing_authority")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
