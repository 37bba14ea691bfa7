"""What the database guards of changes: an agreement says what the version that holds says, and a changed version holds only once
everybody whom it names signed it (a shift by notice: once it was noted). What was delivered is never agreed away."""

import re
from pathlib import Path
from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION agreements_held_body(agreement bigint) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT v.body FROM vouchers_agreementversion v JOIN vouchers_agreementchange c ON c.id = v.change_id
    WHERE v.agreement_id = agreement AND c.status IN ('IN_FORCE', 'NOTED') ORDER BY v.number DESC LIMIT 1
$$;

CREATE FUNCTION agreements_guard_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE text record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a change is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.agreement_id, NEW.number, NEW.base_id, NEW.kind, NEW.parts, NEW.before, NEW.after, NEW.reason, NEW.asked_for_id,
        NEW.asked_by_id) IS DISTINCT FROM (OLD.agreement_id, OLD.number, OLD.base_id, OLD.kind, OLD.parts, OLD.before, OLD.after,
        OLD.reason, OLD.asked_for_id, OLD.asked_by_id) THEN
        RAISE EXCEPTION 'change %: what was asked does not change', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('IN_FORCE', 'NOTED', 'REJECTED', 'WITHDRAWN') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'change %: it is settled', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'IN_FORCE' AND OLD.status <> 'IN_FORCE' THEN
        SELECT id, body, content_hash INTO text FROM vouchers_agreementversion WHERE change_id = NEW.id;
        IF OLD.status <> 'APPROVED' OR text.id IS NULL OR EXISTS (
            SELECT 1 FROM jsonb_array_elements(text.body -> 'parties') AS named
            WHERE NOT EXISTS (SELECT 1 FROM vouchers_versionsignature s JOIN vouchers_agreementparty p ON p.id = s.party_id
                WHERE s.agreement_version_id = text.id AND s.signed_hash = text.content_hash AND p.ref = named ->> 'ref'))
           OR (SELECT count(*) FROM vouchers_versionsignature s JOIN vouchers_agreementparty p ON p.id = s.party_id
               WHERE s.agreement_version_id = text.id AND p.role IN ('OPERATOR', 'COMPANY')) < 2 THEN
            RAISE EXCEPTION 'change %: everybody signs it before it takes force', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_change_guard BEFORE UPDATE OR DELETE ON vouchers_agreementchange
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_change();

CREATE FUNCTION agreements_guard_signature() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE text record;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a signature does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT v.agreement_id, v.content_hash, c.status INTO text FROM vouchers_agreementversion v
        JOIN vouchers_agreementchange c ON c.id = v.change_id WHERE v.id = NEW.agreement_version_id;
    IF text.status IS DISTINCT FROM 'APPROVED' OR NEW.signed_hash <> text.content_hash OR NOT EXISTS (
        SELECT 1 FROM vouchers_agreementparty WHERE id = NEW.party_id AND agreement_id = text.agreement_id) THEN
        RAISE EXCEPTION 'a signature is given by a party to the changed text that awaits it' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_signature_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_versionsignature
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_signature();

CREATE OR REPLACE FUNCTION agreements_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before_number integer; before_hash text; state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF NEW.change_id IS NULL AND state <> 'DRAFTING' THEN
        RAISE EXCEPTION 'a new version is written only in drafting (agreement is %)', state USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.change_id IS NOT NULL AND (state NOT IN ('ACTIVE', 'SUSPENDED') OR NOT EXISTS (
        SELECT 1 FROM vouchers_agreementchange WHERE id = NEW.change_id AND agreement_id = NEW.agreement_id
        AND status IN ('APPROVED', 'NOTED'))) THEN
        RAISE EXCEPTION 'a changed version follows an approved or noted change' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT number, content_hash INTO before_number, before_hash FROM vouchers_agreementversion
        WHERE agreement_id = NEW.agreement_id ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(before_number, 0) + 1 OR NEW.previous_hash <> coalesce(before_hash, repeat('0', 64)) THEN
        RAISE EXCEPTION 'version % does not follow the one before', NEW.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION agreements_guard_line_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint;
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.agreement_id, NEW.match_id, NEW.position, NEW.kind, NEW.description, NEW.tax_kind, NEW.data_holder_id,
        NEW.contracting_party_id, NEW.reviewing_board_id, NEW.payee_id) IS DISTINCT FROM (OLD.agreement_id, OLD.match_id, OLD.position,
        OLD.kind, OLD.description, OLD.tax_kind, OLD.data_holder_id, OLD.contracting_party_id, OLD.reviewing_board_id, OLD.payee_id) THEN
        RAISE EXCEPTION 'what was agreed does not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.amount_won <> OLD.amount_won THEN
        SELECT (line ->> 'amount_won')::bigint INTO agreed
            FROM jsonb_array_elements(agreements_held_body(NEW.agreement_id) -> 'lines') AS line
            WHERE (line ->> 'position')::integer = NEW.position;
        IF agreed IS DISTINCT FROM NEW.amount_won THEN
            RAISE EXCEPTION 'the amount of a line is that of the version that holds' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER agreements_line_immutable ON vouchers_agreementline;
CREATE TRIGGER agreements_line_immutable BEFORE UPDATE OR DELETE ON vouchers_agreementline
    FOR EACH ROW EXECUTE FUNCTION agreements_guard_line_change();

CREATE OR REPLACE FUNCTION agreements_guard_agreement() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE said jsonb; delivered record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an agreement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.award_id <> OLD.award_id OR NEW.number <> OLD.number OR NEW.company_id <> OLD.company_id THEN
        RAISE EXCEPTION 'an agreement does not become another' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.grant_won, NEW.supply_amount_won, NEW.own_cash_won, NEW.vat_won) IS DISTINCT FROM
       (OLD.grant_won, OLD.supply_amount_won, OLD.own_cash_won, OLD.vat_won)
       OR (OLD.status <> 'DRAFTING' AND (NEW.starts_on, NEW.ends_on, NEW.goal, NEW.data_scope) IS DISTINCT FROM
       (OLD.starts_on, OLD.ends_on, OLD.goal, OLD.data_scope)) THEN
        said := agreements_held_body(NEW.id);
        IF said IS NULL OR NEW.status NOT IN ('ACTIVE', 'SUSPENDED')
           OR (said #>> '{money,grant_won}')::bigint <> NEW.grant_won
           OR (said #>> '{money,supply_won}')::bigint <> NEW.supply_amount_won
           OR (said #>> '{money,own_cash_won}')::bigint <> NEW.own_cash_won OR (said #>> '{money,vat_won}')::bigint <> NEW.vat_won
           OR (said #>> '{period,from}')::date <> NEW.starts_on OR (said #>> '{period,to}')::date <> NEW.ends_on
           OR said ->> 'goal' <> NEW.goal OR said ->> 'data_scope' <> NEW.data_scope THEN
            RAISE EXCEPTION 'what an agreement says changes only by a change that holds' USING ERRCODE = 'restrict_violation';
        END IF;
        SELECT coalesce(sum(grant_won), 0) AS grant_won, coalesce(sum(amount_won - grant_won), 0) AS own_won INTO delivered
            FROM vouchers_milestone WHERE agreement_id = NEW.id AND status IN ('SUBMITTED', 'COMPANY_ACCEPTED', 'ACCEPTED');
        IF delivered.grant_won > NEW.grant_won OR delivered.own_won > NEW.own_cash_won THEN
            RAISE EXCEPTION 'agreement %: more than that was delivered already', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.status = 'ACTIVE' AND OLD.status <> 'ACTIVE' AND EXISTS (
        SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.id AND signed_at IS NULL) THEN
        RAISE EXCEPTION 'every party signs before the agreement takes force' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION agreements_guard_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a voucher is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT grant_won INTO agreed FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF NEW.grant_won <> agreed OR (TG_OP = 'UPDATE' AND (NEW.agreement_id, NEW.number)
       IS DISTINCT FROM (OLD.agreement_id, OLD.number)) THEN
        RAISE EXCEPTION 'a voucher carries the grant of its agreement' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION agreement_completion_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_milestone WHERE agreement_id = NEW.id
               AND status NOT IN ('ACCEPTED', 'REJECTED', 'DROPPED')) THEN
        RAISE EXCEPTION 'agreement %: a milestone of it is still open', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION milestone_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed record; others record; delivers boolean;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.amount_won <> OLD.amount_won OR NEW.grant_won <> OLD.grant_won OR NEW.vat_won <> OLD.vat_won
       OR NEW.uses_data <> OLD.uses_data OR NEW.institution_id <> OLD.institution_id
       OR NEW.agreement_id <> OLD.agreement_id) THEN
        RAISE EXCEPTION 'milestone %: its money, provider and use of data never change', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.uses_data AND NEW.status IN ('SUBMITTED', 'COMPANY_ACCEPTED', 'ACCEPTED')
       AND (TG_OP = 'INSERT' OR NEW.status IS DISTINCT FROM OLD.status) AND (
        NOT EXISTS (SELECT 1 FROM vouchers_agreementline l
            WHERE l.agreement_id = NEW.agreement_id AND l.payee_id = NEW.institution_id)
        OR EXISTS (SELECT 1 FROM vouchers_agreementline l
            WHERE l.agreement_id = NEW.agreement_id AND l.payee_id = NEW.institution_id AND l.amount_won > 0
            AND NOT EXISTS (SELECT 1 FROM vouchers_accessrequest r JOIN vouchers_ethicsreview e ON e.request_id = r.id
            JOIN vouchers_datareview d ON d.request_id = r.id WHERE r.match_id = l.match_id AND r.status NOT IN ('WITHDRAWN', 'REFUSED', 'DRAFT')
            AND e.status IN ('EXEMPTION_CONFIRMED', 'APPROVED') AND d.status IN ('APPROVED', 'RECOGNISED', 'WAIVED')))) THEN
        RAISE EXCEPTION 'milestone %: both IRB and DRB must allow the use', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    SELECT grant_won, supply_amount_won INTO agreed FROM vouchers_agreement WHERE id = NEW.agreement_id FOR UPDATE;
    delivers := TG_OP = 'UPDATE' AND NEW.status IN ('SUBMITTED', 'COMPANY_ACCEPTED', 'ACCEPTED');
    SELECT coalesce(sum(grant_won), 0) AS grant_won, coalesce(sum(amount_won), 0) AS amount_won INTO others
        FROM vouchers_milestone WHERE agreement_id = NEW.agreement_id AND id <> NEW.id
        AND (CASE WHEN delivers THEN status IN ('SUBMITTED', 'COMPANY_ACCEPTED', 'ACCEPTED')
             ELSE status NOT IN ('REJECTED', 'DROPPED') END);
    IF (TG_OP = 'INSERT' OR delivers) AND (others.grant_won + NEW.grant_won > agreed.grant_won
       OR others.amount_won + NEW.amount_won > agreed.supply_amount_won) THEN
        RAISE EXCEPTION 'milestone %: more than the agreement', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- the running role: a line's amount and nothing else of it; a signature and a change are never deleted, a signature never changed
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('GRANT UPDATE (amount_won) ON vouchers_agreementline TO %I', one.grantee);
        EXECUTE format('REVOKE DELETE, TRUNCATE ON vouchers_agreementchange, vouchers_versionsignature FROM %I', one.grantee);
        EXECUTE format('REVOKE UPDATE ON vouchers_versionsignature FROM %I', one.grantee);
    END LOOP;
END $$;
"""
REPLACED = (
    "agreements_guard_version", "agreements_guard_agreement", "agreements_guard_voucher", "agreement_completion_guard",
    "milestone_guard",
)  # fmt: skip


def _before() -> str:
    """The functions as they stood, from the file that the first sixty-two steps left."""
    held = Path(__file__).with_name("guards_0062.sql").read_text(encoding="utf-8")
    found = [re.search(rf"CREATE FUNCTION {name}\(\).*?\nEND \$\$;", held, re.DOTALL) for name in REPLACED]
    return "\n".join(one.group().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1) for one in found if one)


BACKWARD = f"""
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT DISTINCT grantee FROM information_schema.role_column_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
    LOOP
        EXECUTE format('REVOKE UPDATE (amount_won) ON vouchers_agreementline FROM %I', one.grantee);
    END LOOP;
END $$;
{_before()}
DROP TRIGGER agreements_line_immutable ON vouchers_agreementline;
CREATE TRIGGER agreements_line_immutable BEFORE UPDATE OR DELETE ON vouchers_agreementline
    FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
DROP FUNCTION agreements_guard_line_change();
DROP TRIGGER agreements_signature_guard ON vouchers_versionsignature;
DROP FUNCTION agreements_guard_signature();
DROP TRIGGER agreements_change_guard ON vouchers_agreementchange;
DROP FUNCTION agreements_guard_change();
DROP FUNCTION agreements_held_body(bigint);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0094_agreement_changes")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
