-- Functions as they stood before 0095, which its way back brings back.

CREATE FUNCTION agreements_guard_version() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION agreements_guard_agreement() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION agreements_guard_voucher() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION agreement_completion_guard() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_milestone WHERE agreement_id = NEW.id AND status NOT IN ('ACCEPTED', 'REJECTED')) THEN
        RAISE EXCEPTION 'agreement %: a milestone of it is still open', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION milestone_guard() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
DECLARE agreed record; planned record;
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
            WHERE l.agreement_id = NEW.agreement_id AND l.payee_id = NEW.institution_id
            AND NOT EXISTS (SELECT 1 FROM vouchers_accessrequest r JOIN vouchers_ethicsreview e ON e.request_id = r.id
            JOIN vouchers_datareview d ON d.request_id = r.id WHERE r.match_id = l.match_id AND r.status NOT IN ('WITHDRAWN', 'REFUSED', 'DRAFT')
            AND e.status IN ('EXEMPTION_CONFIRMED', 'APPROVED') AND d.status IN ('APPROVED', 'RECOGNISED', 'WAIVED')))) THEN
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
