-- What guards the tables of the journey, as migrations 0001 to 0142 leave it. Each function stands before its triggers.
SET LOCAL check_function_bodies = off;  -- they may name each other in any order

CREATE SEQUENCE vouchers_application_receipt;
CREATE SEQUENCE vouchers_project_no;
CREATE SEQUENCE vouchers_rehearsal_receipt;

ALTER TABLE vouchers_company ADD CONSTRAINT company_verified_has_source
    CHECK (verification <> 'VERIFIED' OR (verified_how = 'TAX_SERVICE' AND verified_by_id IS NULL)
           OR (verified_how = 'OFFICER' AND verified_by_id IS NOT NULL));
ALTER TABLE vouchers_company ADD CONSTRAINT company_name_is_forgotten
    CHECK (sealed_representative = '' OR verification <> 'VERIFIED');
ALTER TABLE vouchers_ownershipdispute ADD CONSTRAINT dispute_decision_complete
    CHECK ((status = 'FILED') = (decided_by_id IS NULL) AND (status = 'FILED' OR reason <> ''));
ALTER TABLE vouchers_representativechange ADD CONSTRAINT change_decision_complete
    CHECK ((status = 'FILED') = (decided_by_id IS NULL) AND (status = 'FILED' OR reason <> ''));

DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'portal_app') THEN  -- the role that runs the portal owns nothing
        REVOKE UPDATE, DELETE, TRUNCATE ON
            vouchers_agreementline, vouchers_agreementversion, vouchers_entry, vouchers_figure, vouchers_guarantee,
            vouchers_haltconsent, vouchers_haltopinion, vouchers_ledgerevent, vouchers_matchfacts,
            vouchers_matchrun, vouchers_objectiondocument, vouchers_paymentanswer, vouchers_paymentfile,
            vouchers_quote, vouchers_quoteline, vouchers_scoreversion, vouchers_selectionline,
            vouchers_selectionrecord, vouchers_sourcingnote, vouchers_submitteddossier, vouchers_versionsignature
            FROM portal_app;
        REVOKE DELETE, TRUNCATE ON
            vouchers_account, vouchers_agreement, vouchers_agreementchange, vouchers_agreementhalt,
            vouchers_agreementparty, vouchers_allocation, vouchers_assignment, vouchers_auditfile, vouchers_award,
            vouchers_carryover, vouchers_caseconflict, vouchers_checkbatchline, vouchers_clausecomment,
            vouchers_clawback, vouchers_closingline, vouchers_debt, vouchers_disbursement,
            vouchers_feasibilityquery, vouchers_finalevaluation, vouchers_finalscore, vouchers_finding,
            vouchers_haltrecovery, vouchers_inquiry, vouchers_inspection, vouchers_lateentry, vouchers_objection,
            vouchers_offerproposal, vouchers_panelphase, vouchers_paymentattempt, vouchers_penaltyrecord,
            vouchers_planwarning, vouchers_quotedraft, vouchers_reading, vouchers_receipt,
            vouchers_selectionletter, vouchers_selectionrun, vouchers_settlement, vouchers_settlementline,
            vouchers_signingauthority, vouchers_sourcingproposal, vouchers_voucher, vouchers_yearclosing
            FROM portal_app;
        REVOKE UPDATE, TRUNCATE ON
            vouchers_indicator
            FROM portal_app;
        GRANT UPDATE (amount_won) ON vouchers_agreementline TO portal_app;
    END IF;
END $$;

CREATE FUNCTION access_both_tracks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.status IN ('APPROVED', 'PREPARING', 'PROVISIONED', 'IN_USE') AND NEW.status IS DISTINCT FROM OLD.status
       AND NOT EXISTS (
        SELECT 1 FROM vouchers_ethicsreview e JOIN vouchers_datareview d ON d.request_id = e.request_id
        WHERE e.request_id = NEW.id AND e.status IN ('EXEMPTION_CONFIRMED', 'APPROVED')
          AND d.status IN ('APPROVED', 'RECOGNISED', 'WAIVED')) THEN
        RAISE EXCEPTION 'access request %: both IRB and DRB must allow it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_request_both_tracks BEFORE INSERT OR UPDATE ON vouchers_accessrequest FOR EACH ROW EXECUTE FUNCTION access_both_tracks();

CREATE FUNCTION account_stays_closed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.closed_in IS NULL AND NEW.carried_to = OLD.closed_in + 1 AND EXISTS (
        SELECT 1 FROM vouchers_entry n JOIN vouchers_ledgerevent e ON e.id = n.event_id
        WHERE n.account_id = NEW.id AND n.amount_won > 0 AND e.kind = 'CARRIED' AND e.fiscal_year = NEW.carried_to) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pot %: it stays closed with its year, but for what was carried over', NEW.ref USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER account_stays_closed BEFORE UPDATE ON vouchers_account FOR EACH ROW WHEN (((old.closed_in IS NOT NULL) AND (new.closed_in IS DISTINCT FROM old.closed_in))) EXECUTE FUNCTION account_stays_closed();

CREATE FUNCTION agreement_completion_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_milestone WHERE agreement_id = NEW.id
               AND status NOT IN ('ACCEPTED', 'REJECTED', 'DROPPED')) THEN
        RAISE EXCEPTION 'agreement %: a milestone of it is still open', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_completion_guard BEFORE UPDATE OF status ON vouchers_agreement FOR EACH ROW WHEN ((((new.status)::text = 'COMPLETED'::text) AND ((old.status)::text <> 'COMPLETED'::text))) EXECUTE FUNCTION agreement_completion_guard();

CREATE FUNCTION agreement_within_quote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE agreed bigint; most bigint; band bigint;
BEGIN
    SELECT sum(amount_won) INTO agreed FROM vouchers_agreementline
        WHERE agreement_id = NEW.agreement_id AND match_id = NEW.match_id;
    SELECT q.supply_amount_won, q.band_min_won INTO most, band FROM vouchers_match m
        JOIN vouchers_quote q ON q.id = coalesce(m.final_quote_id, m.quote_id) WHERE m.id = NEW.match_id;
    IF band IS NOT NULL THEN
        RAISE EXCEPTION 'match %: a letter of intent has no final quote yet', NEW.match_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_needs_final_quote';
    END IF;
    IF agreed > most THEN
        RAISE EXCEPTION 'match %: % won agreed, the quote commits to % at most', NEW.match_id, agreed, most
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_quote';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER agreement_within_quote AFTER INSERT ON vouchers_agreementline FOR EACH ROW EXECUTE FUNCTION agreement_within_quote();

CREATE FUNCTION agreement_within_year()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE year int;
BEGIN
    IF OLD.status <> 'AWAITING_SIGNATURES' AND NEW.ends_on IS NOT DISTINCT FROM OLD.ends_on THEN
        RETURN NEW;
    END IF;
    SELECT fiscal_year INTO year FROM vouchers_round WHERE id = NEW.round_id;
    IF NEW.ends_on > make_date(year + 1, 12, 31) THEN
        RAISE EXCEPTION 'agreement %: past the fiscal year after %', NEW.ref, year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_year';
    END IF;
    IF NEW.ends_on > make_date(year, 12, 31) AND NOT EXISTS (
        SELECT 1 FROM vouchers_carryover WHERE agreement_id = NEW.id AND fiscal_year = year AND status = 'APPROVED') THEN
        RAISE EXCEPTION 'agreement %: past the fiscal year % without a carry-over', NEW.ref, year
            USING ERRCODE = 'check_violation', CONSTRAINT = 'agreement_within_year';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_within_year BEFORE UPDATE ON vouchers_agreement FOR EACH ROW WHEN (((new.status)::text = 'ACTIVE'::text)) EXECUTE FUNCTION agreement_within_year();

CREATE FUNCTION agreements_body_sums(agreement bigint, body jsonb)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $$
    SELECT jsonb_object_agg(payee_id::text, won) FROM (
        SELECT l.payee_id, sum((said.line ->> 'amount_won')::bigint) AS won
        FROM jsonb_array_elements(body -> 'lines') WITH ORDINALITY AS said(line, place)
        LEFT JOIN vouchers_agreementline l ON l.agreement_id = agreement
            AND l.position = coalesce((said.line ->> 'position')::bigint, said.place)
        GROUP BY l.payee_id) AS sums
$$;

CREATE FUNCTION agreements_guard_agreement()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE refused boolean := false; said jsonb; delivered record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an agreement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.award_id <> OLD.award_id OR NEW.number <> OLD.number OR NEW.company_id <> OLD.company_id THEN
        RAISE EXCEPTION 'an agreement does not become another' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.grant_won, NEW.supply_amount_won, NEW.own_cash_won, NEW.vat_won) IS DISTINCT FROM
       (OLD.grant_won, OLD.supply_amount_won, OLD.own_cash_won, OLD.vat_won)
       OR (OLD.status NOT IN ('DRAFTING', 'NEGOTIATING') AND (NEW.starts_on, NEW.ends_on, NEW.goal, NEW.data_scope) IS DISTINCT FROM
       (OLD.starts_on, OLD.ends_on, OLD.goal, OLD.data_scope)) THEN
        said := agreements_held_body(NEW.id);
        IF said IS NULL AND NEW.status = 'DRAFTING' AND NEW.supply_amount_won <= OLD.supply_amount_won
           AND NEW.grant_won <= OLD.grant_won AND EXISTS (SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.id AND refused_at IS NOT NULL) THEN
            refused := true;
            SELECT body INTO said FROM vouchers_agreementversion WHERE agreement_id = NEW.id ORDER BY number DESC LIMIT 1;
        END IF;
        IF said IS NULL OR (NOT refused AND NEW.status NOT IN ('ACTIVE', 'SUSPENDED'))
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
        SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.id AND signed_at IS NULL AND refused_at IS NULL AND joined_by_id IS NULL) THEN
        RAISE EXCEPTION 'every party signs before the agreement takes force' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_agreement_guard BEFORE DELETE OR UPDATE ON vouchers_agreement FOR EACH ROW EXECUTE FUNCTION agreements_guard_agreement();

CREATE FUNCTION agreements_guard_authority()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER agreements_authority_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_signingauthority FOR EACH ROW EXECUTE FUNCTION agreements_guard_authority();

CREATE FUNCTION agreements_guard_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER agreements_change_guard BEFORE DELETE OR UPDATE ON vouchers_agreementchange FOR EACH ROW EXECUTE FUNCTION agreements_guard_change();

CREATE FUNCTION agreements_guard_change_step()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'REQUESTED' THEN
            RAISE EXCEPTION 'a change begins as asked' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (
        ('REQUESTED', 'UNDER_REVIEW'), ('REQUESTED', 'WITHDRAWN'), ('UNDER_REVIEW', 'WITHDRAWN'), ('UNDER_REVIEW', 'APPROVED'),
        ('UNDER_REVIEW', 'NOTED'), ('UNDER_REVIEW', 'REJECTED'), ('APPROVED', 'IN_FORCE'), ('APPROVED', 'WITHDRAWN')) THEN
        RAISE EXCEPTION 'change %: % does not follow %', NEW.ref, NEW.status, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'IN_FORCE' AND OLD.status <> 'IN_FORCE' AND EXISTS (
        SELECT 1 FROM vouchers_agreementversion v
        CROSS JOIN LATERAL jsonb_array_elements(v.body -> 'lines') WITH ORDINALITY AS said(line, place)
        JOIN vouchers_agreementline l ON l.agreement_id = v.agreement_id
            AND l.position = coalesce((said.line ->> 'position')::bigint, said.place)
        JOIN providers_institution i ON i.id IN (l.payee_id, l.contracting_party_id)
        JOIN vouchers_agreementparty p ON p.agreement_id = v.agreement_id AND p.organisation_id = i.organisation_id
        WHERE v.change_id = NEW.id AND (said.line ->> 'amount_won')::bigint > 0 AND NOT EXISTS (
            SELECT 1 FROM vouchers_versionsignature s
            WHERE s.agreement_version_id = v.id AND s.party_id = p.id AND s.signed_hash = v.content_hash)) THEN
        RAISE EXCEPTION 'change %: whoever has a line signs it, named or not', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_change_step BEFORE INSERT OR UPDATE ON vouchers_agreementchange FOR EACH ROW EXECUTE FUNCTION agreements_guard_change_step();

CREATE FUNCTION agreements_guard_comment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a comment is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM vouchers_agreement WHERE id = NEW.agreement_id AND status = 'NEGOTIATING') THEN
        RAISE EXCEPTION 'articles are commented on while they are negotiated' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'OPEN' OR (NEW.agreement_id, NEW.on_version_id, NEW.clause, NEW.party_id, NEW.author_id,
        NEW.text) IS DISTINCT FROM (OLD.agreement_id, OLD.on_version_id, OLD.clause, OLD.party_id, OLD.author_id, OLD.text)) THEN
        RAISE EXCEPTION 'what was said stays, and an answer is given once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_comment_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_clausecomment FOR EACH ROW EXECUTE FUNCTION agreements_guard_comment();

CREATE FUNCTION agreements_guard_halt()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE booked record;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a suspension or termination is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.released_won IS DISTINCT FROM (NEW.figures ->> 'released_won')::bigint OR (NEW.kind = 'SUSPENSION' AND NEW.released_won <> 0) THEN
        RAISE EXCEPTION 'halt %: releases what its figures say, a suspension nothing', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> (CASE NEW.way WHEN 'CONSENT' THEN 'PROPOSED' ELSE 'NOTICED' END) OR NOT EXISTS (
            SELECT 1 FROM vouchers_agreement WHERE id = NEW.agreement_id
            AND (status = 'ACTIVE' OR (status = 'SUSPENDED' AND NEW.kind = 'TERMINATION'))) THEN
            RAISE EXCEPTION 'halt %: begins as asked, of an agreement in force', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.agreement_id, NEW.number, NEW.kind, NEW.way, NEW.ground, NEW.at_fault_id, NEW.statement, NEW.asked_for_id, NEW.asked_by_id,
        NEW.opinion_until) IS DISTINCT FROM
       (OLD.agreement_id, OLD.number, OLD.kind, OLD.way, OLD.ground, OLD.at_fault_id, OLD.statement, OLD.asked_for_id, OLD.asked_by_id,
        OLD.opinion_until) THEN
        RAISE EXCEPTION 'halt %: what was asked never changes', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.figures, NEW.content_hash) IS DISTINCT FROM (OLD.figures, OLD.content_hash)
       AND (NEW.status <> OLD.status OR OLD.status NOT IN ('PROPOSED', 'NOTICED')) THEN
        RAISE EXCEPTION 'halt %: figures are renewed while it is open, and seen before it is carried out', NEW.ref
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN (('PROPOSED', 'EXECUTED'), ('PROPOSED', 'WITHDRAWN'),
        ('NOTICED', 'EXECUTED'), ('NOTICED', 'DISMISSED'), ('NOTICED', 'WITHDRAWN')) THEN
        RAISE EXCEPTION 'halt %: % does not follow %', NEW.ref, NEW.status, OLD.status USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status NOT IN ('PROPOSED', 'NOTICED') AND ((NEW.executed_at, NEW.released_id, NEW.decided_by_id, NEW.decided_at, NEW.answer)
        IS DISTINCT FROM (OLD.executed_at, OLD.released_id, OLD.decided_by_id, OLD.decided_at, OLD.answer)
        OR OLD.resumed_at IS NOT NULL AND NEW.resumed_at IS DISTINCT FROM OLD.resumed_at) THEN
        RAISE EXCEPTION 'halt %: what was carried out stays', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> 'EXECUTED' OR OLD.status = 'EXECUTED' THEN
        RETURN NEW;
    END IF;
    IF NEW.way = 'CONSENT' AND EXISTS (SELECT 1 FROM vouchers_agreementparty p WHERE p.agreement_id = NEW.agreement_id
        AND p.left_by_id IS NULL AND p.refused_at IS NULL AND (p.joined_by_id IS NULL OR EXISTS (SELECT 1 FROM vouchers_agreementchange c WHERE c.id = p.joined_by_id AND c.status = 'IN_FORCE')) AND NOT EXISTS (SELECT 1 FROM vouchers_haltconsent c
            WHERE c.halt_id = NEW.id AND c.party_id = p.id AND c.signed_hash = NEW.content_hash)) THEN
        RAISE EXCEPTION 'halt %: every party agrees to what stands', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.way = 'FAULT' AND (EXISTS (SELECT 1 FROM vouchers_haltopinion o WHERE o.halt_id = NEW.id AND o.given_by_id = NEW.decided_by_id)
        OR (NOT (NEW.kind = 'SUSPENSION' AND NEW.ground IN ('DATA_MISUSE', 'INSPECTION'))
            AND (NEW.executed_at AT TIME ZONE 'Asia/Seoul')::date <= NEW.opinion_until
            AND EXISTS (SELECT 1 FROM vouchers_agreementparty p WHERE p.agreement_id = NEW.agreement_id AND p.left_by_id IS NULL AND p.refused_at IS NULL AND (p.joined_by_id IS NULL OR EXISTS (SELECT 1 FROM vouchers_agreementchange c WHERE c.id = p.joined_by_id AND c.status = 'IN_FORCE'))
                AND p.role <> 'OPERATOR' AND NOT EXISTS (SELECT 1 FROM vouchers_haltopinion o
                    WHERE o.halt_id = NEW.id AND o.party_id = p.id)))) THEN
        RAISE EXCEPTION 'halt %: decided by a second person, after opinions or their days', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.released_id IS NOT NULL THEN
        SELECT e.kind, e.amount_won, e.subject_ref, v.ref INTO booked FROM vouchers_ledgerevent e
            JOIN vouchers_voucher v ON v.agreement_id = NEW.agreement_id WHERE e.id = NEW.released_id;
        IF (booked.kind, booked.amount_won, booked.subject_ref) IS DISTINCT FROM ('RELEASED', NEW.released_won, booked.ref)
           AND (booked.kind, booked.amount_won, booked.subject_ref) IS DISTINCT FROM ('EXPIRED', NEW.released_won, booked.ref) THEN
            RAISE EXCEPTION 'halt %: the ledger releases what was shown', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_halt_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_agreementhalt FOR EACH ROW EXECUTE FUNCTION agreements_guard_halt();

CREATE FUNCTION agreements_guard_halt_voice()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'what a party agreed to or said stays' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_TABLE_NAME = 'vouchers_haltconsent' THEN
        IF NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt h JOIN vouchers_agreementparty p ON p.agreement_id = h.agreement_id
            WHERE h.id = NEW.halt_id AND p.id = NEW.party_id AND h.status = 'PROPOSED' AND h.content_hash = NEW.signed_hash) THEN
            RAISE EXCEPTION 'a party agrees to what stands, while it is open' USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt h JOIN vouchers_agreementparty p ON p.agreement_id = h.agreement_id
        WHERE h.id = NEW.halt_id AND p.id = NEW.party_id AND h.status = 'NOTICED' AND p.role <> 'OPERATOR') THEN
        RAISE EXCEPTION 'a party is heard while a notice is open' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_halt_consent_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_haltconsent FOR EACH ROW EXECUTE FUNCTION agreements_guard_halt_voice();
CREATE TRIGGER agreements_halt_opinion_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_haltopinion FOR EACH ROW EXECUTE FUNCTION agreements_guard_halt_voice();

CREATE FUNCTION agreements_guard_halted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt WHERE agreement_id = NEW.id AND status = 'EXECUTED' AND resumed_at IS NULL
        AND kind = (CASE NEW.status WHEN 'SUSPENDED' THEN 'SUSPENSION' ELSE 'TERMINATION' END)) THEN
        RAISE EXCEPTION 'agreement %: suspended or terminated only by what everybody agreed to or a second person decided', NEW.ref
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_halted_guard BEFORE UPDATE OF status ON vouchers_agreement FOR EACH ROW WHEN ((((old.status)::text = ANY ((ARRAY['ACTIVE'::character varying, 'SUSPENDED'::character varying])::text[])) AND ((new.status)::text = ANY ((ARRAY['SUSPENDED'::character varying, 'TERMINATED'::character varying])::text[])) AND ((old.status)::text <> (new.status)::text))) EXECUTE FUNCTION agreements_guard_halted();

CREATE FUNCTION agreements_guard_joining()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'a party joins once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.role <> 'PROVIDER' OR NEW.signed_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM vouchers_agreementchange
        WHERE id = NEW.joined_by_id AND agreement_id = NEW.agreement_id AND status = 'APPROVED') THEN
        RAISE EXCEPTION 'a provider joins by an approved change of the agreement' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_joined_guard BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW WHEN ((new.joined_by_id IS DISTINCT FROM old.joined_by_id)) EXECUTE FUNCTION agreements_guard_joining();
CREATE TRIGGER agreements_joining_guard BEFORE INSERT ON vouchers_agreementparty FOR EACH ROW WHEN ((new.joined_by_id IS NOT NULL)) EXECUTE FUNCTION agreements_guard_joining();

CREATE FUNCTION agreements_guard_left()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.left_by_id IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM vouchers_agreementchange WHERE id = NEW.left_by_id AND agreement_id = NEW.agreement_id AND status = 'IN_FORCE')
    THEN
        RAISE EXCEPTION 'a party leaves once, by a change that is in force' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_left_guard BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW WHEN ((new.left_by_id IS DISTINCT FROM old.left_by_id)) EXECUTE FUNCTION agreements_guard_left();

CREATE FUNCTION agreements_guard_left_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM vouchers_agreementparty p
        JOIN providers_institution i ON i.organisation_id = p.organisation_id AND i.id IN (NEW.payee_id, NEW.contracting_party_id)
        WHERE p.agreement_id = NEW.agreement_id AND p.left_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'nothing is agreed with a party that left' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_left_line_guard BEFORE UPDATE ON vouchers_agreementline FOR EACH ROW WHEN ((new.amount_won > old.amount_won)) EXECUTE FUNCTION agreements_guard_left_line();

CREATE FUNCTION agreements_guard_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF state <> 'DRAFTING' AND NOT (NEW.amount_won = 0 AND EXISTS (
        SELECT 1 FROM vouchers_agreementchange WHERE agreement_id = NEW.agreement_id AND status = 'APPROVED')) THEN
        RAISE EXCEPTION 'lines are written only in drafting (agreement is %)', state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_line_in_draft BEFORE INSERT ON vouchers_agreementline FOR EACH ROW EXECUTE FUNCTION agreements_guard_line();

CREATE FUNCTION agreements_guard_line_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE agreed bigint;
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.agreement_id, NEW.match_id, NEW.position, NEW.kind, NEW.description, NEW.tax_kind, NEW.data_holder_id,
        NEW.contracting_party_id, NEW.reviewing_board_id, NEW.payee_id) IS DISTINCT FROM (OLD.agreement_id, OLD.match_id, OLD.position,
        OLD.kind, OLD.description, OLD.tax_kind, OLD.data_holder_id, OLD.contracting_party_id, OLD.reviewing_board_id, OLD.payee_id) THEN
        RAISE EXCEPTION 'what was agreed does not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.amount_won <> OLD.amount_won THEN
        SELECT (line ->> 'amount_won')::bigint INTO agreed
            FROM jsonb_array_elements(coalesce(agreements_held_body(NEW.agreement_id), (SELECT v.body FROM vouchers_agreementversion v
                JOIN vouchers_agreement g ON g.id = v.agreement_id WHERE g.id = NEW.agreement_id AND g.status = 'DRAFTING'
                AND EXISTS (SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.agreement_id AND refused_at IS NOT NULL) ORDER BY v.number DESC LIMIT 1)) -> 'lines') AS line
            WHERE (line ->> 'position')::integer = NEW.position;
        IF agreed IS DISTINCT FROM NEW.amount_won THEN
            RAISE EXCEPTION 'the amount of a line is that of the version that holds' USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_line_immutable BEFORE DELETE OR UPDATE ON vouchers_agreementline FOR EACH ROW EXECUTE FUNCTION agreements_guard_line_change();

CREATE FUNCTION agreements_guard_noted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE held jsonb;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_agreementchange WHERE id = NEW.change_id AND status = 'NOTED') THEN
        RETURN NEW;
    END IF;
    SELECT v.body INTO held FROM vouchers_agreementversion v LEFT JOIN vouchers_agreementchange c ON c.id = v.change_id
        WHERE v.agreement_id = NEW.agreement_id AND (c.id IS NULL OR c.status IN ('IN_FORCE', 'NOTED'))
        ORDER BY v.number DESC LIMIT 1;
    IF (NEW.body -> 'money', NEW.body -> 'period', NEW.body -> 'goal', NEW.body -> 'data_scope', NEW.body -> 'clauses',
        agreements_body_sums(NEW.agreement_id, NEW.body)) IS DISTINCT FROM
       (held -> 'money', held -> 'period', held -> 'goal', held -> 'data_scope', held -> 'clauses',
        agreements_body_sums(NEW.agreement_id, held)) THEN
        RAISE EXCEPTION 'a notice moves amounts between the lines of one provider and nothing else'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_noted_guard BEFORE INSERT ON vouchers_agreementversion FOR EACH ROW WHEN ((new.change_id IS NOT NULL)) EXECUTE FUNCTION agreements_guard_noted();

CREATE FUNCTION agreements_guard_open_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_agreementchange WHERE agreement_id = NEW.id
               AND status IN ('REQUESTED', 'UNDER_REVIEW', 'APPROVED')) THEN
        RAISE EXCEPTION 'agreement %: a change of it is open', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_open_change_guard BEFORE UPDATE ON vouchers_agreement FOR EACH ROW WHEN ((((new.status)::text = 'COMPLETED'::text) AND ((old.status)::text <> 'COMPLETED'::text))) EXECUTE FUNCTION agreements_guard_open_change();

CREATE FUNCTION agreements_guard_party()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER agreements_party_guard BEFORE DELETE OR UPDATE ON vouchers_agreementparty FOR EACH ROW EXECUTE FUNCTION agreements_guard_party();

CREATE FUNCTION agreements_guard_provisional()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE said text; last date; waiting bigint;
BEGIN
    SELECT p.body #>> '{selection,provisional}' INTO said FROM vouchers_policyversion p
        WHERE p.round_id = NEW.round_id ORDER BY p.number DESC LIMIT 1;
    IF coalesce(said, 'false') <> 'true' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM vouchers_objection o WHERE o.round_id = NEW.round_id AND o.status = 'UNDER_REVIEW'
               AND o.event_name IN ('application.not_selected', 'application.placed_on_reserve')) THEN
        RAISE EXCEPTION 'an objection against the selection is under review' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT max(l.open_until), count(*) FILTER (WHERE l.served_on IS NULL) INTO last, waiting
        FROM vouchers_selectionletter l JOIN vouchers_selectionline s ON s.id = l.line_id
        JOIN vouchers_selectionrun r ON r.id = s.run_id WHERE r.round_id = NEW.round_id AND r.status = 'CONFIRMED';
    IF waiting > 0 OR (NEW.activated_at AT TIME ZONE 'Asia/Seoul')::date <= last THEN
        RAISE EXCEPTION 'the time to object to the selection is not over' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_provisional_guard BEFORE UPDATE ON vouchers_agreement FOR EACH ROW WHEN ((((new.status)::text = 'ACTIVE'::text) AND ((old.status)::text = 'AWAITING_SIGNATURES'::text))) EXECUTE FUNCTION agreements_guard_provisional();

CREATE FUNCTION agreements_guard_recovery()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND ((NEW.halt_id, NEW.party_id, NEW.amount_won)
        IS DISTINCT FROM (OLD.halt_id, OLD.party_id, OLD.amount_won) OR NEW.recovered_won < OLD.recovered_won)) THEN
        RAISE EXCEPTION 'what is paid back after a termination never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT 1 FROM vouchers_agreementhalt h
        CROSS JOIN LATERAL jsonb_array_elements(h.figures -> 'recoveries') AS shown
        WHERE h.id = NEW.halt_id AND h.status = 'EXECUTED' AND (shown ->> 'party')::bigint = NEW.party_id
        AND (shown ->> 'amount_won')::bigint = NEW.amount_won) THEN
        RAISE EXCEPTION 'a party pays back what was shown' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_recovery_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_haltrecovery FOR EACH ROW EXECUTE FUNCTION agreements_guard_recovery();

CREATE FUNCTION agreements_guard_refusal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.refused_at IS NOT NULL OR NOT EXISTS (
        SELECT 1 FROM vouchers_agreement WHERE id = NEW.agreement_id AND status IN ('NEGOTIATING', 'AWAITING_SIGNATURES'))
       OR NOT EXISTS (SELECT 1 FROM vouchers_agreementparty WHERE agreement_id = NEW.agreement_id AND id <> NEW.id
                      AND role = 'PROVIDER' AND refused_at IS NULL) THEN
        RAISE EXCEPTION 'a provider refuses once, before it signed, while another one provides' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_refusal_guard BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW WHEN ((((new.refused_at IS DISTINCT FROM old.refused_at) OR (new.refused_by_id IS DISTINCT FROM old.refused_by_id)) OR (new.refusal IS DISTINCT FROM old.refusal))) EXECUTE FUNCTION agreements_guard_refusal();

CREATE FUNCTION agreements_guard_signature()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER agreements_signature_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_versionsignature FOR EACH ROW EXECUTE FUNCTION agreements_guard_signature();

CREATE FUNCTION agreements_guard_signed_by_authority()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER agreements_consent_authority BEFORE INSERT ON vouchers_haltconsent FOR EACH ROW EXECUTE FUNCTION agreements_guard_signed_by_authority();
CREATE TRIGGER agreements_party_authority BEFORE UPDATE ON vouchers_agreementparty FOR EACH ROW WHEN (((new.signed_at IS NOT NULL) AND ((old.signed_at IS NULL) OR (new.authority_id IS DISTINCT FROM old.authority_id)))) EXECUTE FUNCTION agreements_guard_signed_by_authority();
CREATE TRIGGER agreements_signature_authority BEFORE INSERT ON vouchers_versionsignature FOR EACH ROW EXECUTE FUNCTION agreements_guard_signed_by_authority();

CREATE FUNCTION agreements_guard_version()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE before_number integer; before_hash text; state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF NEW.change_id IS NULL AND state NOT IN ('DRAFTING', 'NEGOTIATING') THEN
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
CREATE TRIGGER agreements_version_chain BEFORE INSERT ON vouchers_agreementversion FOR EACH ROW EXECUTE FUNCTION agreements_guard_version();

CREATE FUNCTION agreements_guard_voucher()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER agreements_voucher_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_voucher FOR EACH ROW EXECUTE FUNCTION agreements_guard_voucher();

CREATE FUNCTION agreements_held_body(agreement bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
AS $$
    SELECT v.body FROM vouchers_agreementversion v JOIN vouchers_agreementchange c ON c.id = v.change_id
    WHERE v.agreement_id = agreement AND c.status IN ('IN_FORCE', 'NOTED') ORDER BY v.number DESC LIMIT 1
$$;

CREATE FUNCTION agreements_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed does not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agreements_version_immutable BEFORE DELETE OR UPDATE ON vouchers_agreementversion FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE TRIGGER agreements_version_no_truncate BEFORE TRUNCATE ON vouchers_agreementversion FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();

CREATE FUNCTION allocation_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status IN ('PUBLISHED', 'DISCARDED', 'FAILED') THEN
            RAISE EXCEPTION 'allocation % is over', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.round_id, NEW.budget_won, NEW.ordered_by_id) IS DISTINCT FROM (OLD.round_id, OLD.budget_won, OLD.ordered_by_id) THEN
            RAISE EXCEPTION 'what was ordered stays as it was ordered (%)', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'ORDERED' AND (NEW.inputs, NEW.inputs_sha256, NEW.outputs, NEW.engine, NEW.computed_at, NEW.policy_number)
           IS DISTINCT FROM (OLD.inputs, OLD.inputs_sha256, OLD.outputs, OLD.engine, OLD.computed_at, OLD.policy_number) THEN
            RAISE EXCEPTION 'what was computed stays as it was computed (%)', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.inputs_sha256 <> '' AND NEW.inputs_sha256 <> encode(sha256(convert_to(NEW.inputs, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'the hash is not that of the inputs (%)', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER allocation_guard BEFORE INSERT OR UPDATE ON vouchers_allocation FOR EACH ROW EXECUTE FUNCTION allocation_guard();

CREATE FUNCTION allocations_are_kept()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'allocations and proposals are kept' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER allocation_kept BEFORE DELETE ON vouchers_allocation FOR EACH ROW EXECUTE FUNCTION allocations_are_kept();
CREATE TRIGGER offer_proposal_kept BEFORE DELETE ON vouchers_offerproposal FOR EACH ROW EXECUTE FUNCTION allocations_are_kept();

CREATE FUNCTION amendment_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.told_at IS NOT NULL OR jsonb_array_length(NEW.changes) = 0
           OR NEW.number <> 1 + (SELECT count(*) FROM vouchers_amendment WHERE round_id = NEW.round_id)
           OR NOT EXISTS (SELECT 1 FROM vouchers_round WHERE id = NEW.round_id AND NOT is_reference
                          AND status IN ('ANNOUNCED', 'EVALUATING', 'AWARDED', 'RUNNING')) THEN
            RAISE EXCEPTION 'an amendment changes an announced call and follows the last one' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.told_at IS NULL AND NEW.told_at IS NOT NULL
       AND (NEW.id, NEW.ref, NEW.round_id, NEW.number, NEW.changes, NEW.reason_ko, NEW.reason_en, NEW.policy_number, NEW.made_by_id, NEW.made_at)
       IS NOT DISTINCT FROM
       (OLD.id, OLD.ref, OLD.round_id, OLD.number, OLD.changes, OLD.reason_ko, OLD.reason_en, OLD.policy_number, OLD.made_by_id, OLD.made_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an amendment is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER amendment_guarded BEFORE INSERT OR DELETE OR UPDATE ON vouchers_amendment FOR EACH ROW EXECUTE FUNCTION amendment_guard();

CREATE FUNCTION application_evaluation_begun()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT status FROM vouchers_round WHERE id = NEW.round_id) IN ('DRAFT', 'REVIEW', 'ANNOUNCED', 'CANCELLED') THEN
        RAISE EXCEPTION 'an application goes to evaluators once its round is in evaluation' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_evaluation_begun';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_evaluation_begun BEFORE UPDATE OF status ON vouchers_application FOR EACH ROW WHEN ((((new.status)::text = 'IN_EVALUATION'::text) AND ((old.status)::text <> 'IN_EVALUATION'::text))) EXECUTE FUNCTION application_evaluation_begun();

CREATE FUNCTION application_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    opens timestamptz;
    closes timestamptz;
    stands text;
    ceiling bigint;
BEGIN
    IF NEW.submitted_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.submitted_at IS NULL) THEN
        SELECT opens_at, closes_at, status INTO opens, closes, stands FROM vouchers_round WHERE id = NEW.round_id;
        IF NEW.late_entry_id IS NOT NULL THEN
            SELECT until INTO closes FROM vouchers_lateentry WHERE id = NEW.late_entry_id AND status = 'ENTERED'
                AND (company_id, round_id, track_id) = (NEW.company_id, NEW.round_id, NEW.track_id) AND stands = 'ANNOUNCED';
        END IF;
        IF opens IS NULL OR closes IS NULL OR NEW.submitted_at < opens OR NEW.submitted_at >= closes THEN
            RAISE EXCEPTION 'application submitted outside the window of its round' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_within_window';
        END IF;
        IF NEW.deadline_at IS DISTINCT FROM closes THEN
            RAISE EXCEPTION 'deadline_at must be the closing time of the round' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_deadline_of_round';
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.grant_won <> OLD.grant_won OR NEW.track_id <> OLD.track_id THEN
        SELECT cap_won INTO ceiling FROM vouchers_track WHERE id = NEW.track_id;
        IF ceiling IS NOT NULL AND NEW.grant_won > ceiling THEN
            RAISE EXCEPTION 'grant above the ceiling of the track' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_grant_within_cap';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.company_id, NEW.round_id, NEW.track_id) IS DISTINCT FROM (OLD.company_id, OLD.round_id, OLD.track_id) THEN
            RAISE EXCEPTION 'an application stays with its company, round and track' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_identity';
        END IF;
        IF OLD.submitted_at IS NOT NULL AND (
            (NEW.submitted_at, NEW.submitted_by_id, NEW.receipt_no, NEW.deadline_at, NEW.company_snapshot, NEW.region,
             NEW.company_size, NEW.policy_version_id, NEW.late_entry_id)
            IS DISTINCT FROM
            (OLD.submitted_at, OLD.submitted_by_id, OLD.receipt_no, OLD.deadline_at, OLD.company_snapshot, OLD.region,
             OLD.company_size, OLD.policy_version_id, OLD.late_entry_id)
        ) THEN
            RAISE EXCEPTION 'what was handed in is frozen' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_submission_frozen';
        END IF;
        IF OLD.submitted_at IS NOT NULL AND OLD.status NOT IN ('DRAFT', 'SUPPLEMENT_REQUESTED') AND (
            (NEW.supply_amount_won, NEW.vat_won, NEW.grant_won, NEW.own_cash_won, NEW.own_in_kind_won, NEW.title, NEW.summary)
            IS DISTINCT FROM
            (OLD.supply_amount_won, OLD.vat_won, OLD.grant_won, OLD.own_cash_won, OLD.own_in_kind_won, OLD.title, OLD.summary)
        ) THEN
            RAISE EXCEPTION 'amounts and title move only in a draft or a supplement' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_amounts_frozen';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_guard BEFORE INSERT OR UPDATE ON vouchers_application FOR EACH ROW EXECUTE FUNCTION application_guard();

CREATE FUNCTION application_match_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM 1 FROM vouchers_match WHERE id = NEW.match_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM vouchers_applicationmatch m JOIN vouchers_application a ON a.id = m.application_id
        WHERE m.match_id = NEW.match_id AND m.application_id <> NEW.application_id
          AND a.status NOT IN ('WITHDRAWN', 'INELIGIBLE', 'NOT_SELECTED', 'LAPSED')
    ) OR EXISTS (
        SELECT 1 FROM vouchers_application a JOIN vouchers_application own ON own.company_id = a.company_id
        WHERE own.id = NEW.application_id AND a.id <> own.id AND a.status = 'SUPPLEMENT_REQUESTED'
          AND a.handed_in->'matches' @> to_jsonb(NEW.match_id)
    ) THEN
        RAISE EXCEPTION 'match %: it stands in another application', NEW.match_id USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_match_guard BEFORE INSERT ON vouchers_applicationmatch FOR EACH ROW EXECUTE FUNCTION application_match_guard();

CREATE FUNCTION application_match_released()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM 1 FROM vouchers_match WHERE id = NEW.match_id FOR UPDATE;
    IF (SELECT status FROM vouchers_match WHERE id = NEW.match_id) = 'RELEASED' THEN
        RAISE EXCEPTION 'match %: it was released', NEW.match_id USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_match_released';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_match_released BEFORE INSERT ON vouchers_applicationmatch FOR EACH ROW EXECUTE FUNCTION application_match_released();

CREATE FUNCTION application_no_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION 'a submitted application is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER application_no_delete BEFORE DELETE ON vouchers_application FOR EACH ROW EXECUTE FUNCTION application_no_delete();

CREATE FUNCTION application_part_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    state text; handed_in timestamptz;
BEGIN
    SELECT status, submitted_at INTO state, handed_in FROM vouchers_application WHERE id = OLD.application_id;
    IF handed_in IS NOT NULL AND state NOT IN ('DRAFT', 'SUPPLEMENT_REQUESTED') THEN
        RAISE EXCEPTION '% of an application that was handed in is frozen', TG_TABLE_NAME USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_parts_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER application_document_frozen BEFORE DELETE OR UPDATE ON vouchers_applicationdocument FOR EACH ROW EXECUTE FUNCTION application_part_guard();
CREATE TRIGGER application_section_frozen BEFORE UPDATE OF answers ON vouchers_applicationsection FOR EACH ROW WHEN ((old.answers IS DISTINCT FROM new.answers)) EXECUTE FUNCTION application_part_guard();
CREATE TRIGGER application_section_kept BEFORE DELETE ON vouchers_applicationsection FOR EACH ROW EXECUTE FUNCTION application_part_guard();

CREATE FUNCTION applications_guard_blind()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.application_id <> OLD.application_id OR NEW.document_id <> OLD.document_id OR NEW.kind <> OLD.kind
        OR (NEW.current AND NOT OLD.current)) THEN
        RAISE EXCEPTION 'a blind version stays as it was attached' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.current AND EXISTS (
        SELECT 1 FROM vouchers_applicationdocument a JOIN documents_document o ON o.id = a.document_id
        JOIN documents_document b ON b.id = NEW.document_id
        WHERE a.application_id = NEW.application_id AND a.current AND o.sha256 = b.sha256) THEN
        RAISE EXCEPTION 'a blind version is another file than the original' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_blind_guard BEFORE INSERT OR UPDATE ON vouchers_blinddocument FOR EACH ROW EXECUTE FUNCTION applications_guard_blind();

CREATE FUNCTION applications_guard_matches()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_application a WHERE a.matches_fixed_at IS NOT NULL
               AND a.id = CASE WHEN TG_OP = 'DELETE' THEN OLD.application_id ELSE NEW.application_id END) THEN
        RAISE EXCEPTION 'an agreement stands on the matches of this application' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER applications_matches_fixed BEFORE INSERT OR DELETE OR UPDATE ON vouchers_applicationmatch FOR EACH ROW EXECUTE FUNCTION applications_guard_matches();

CREATE FUNCTION applications_guard_original()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.current AND EXISTS (
        SELECT 1 FROM vouchers_blinddocument a JOIN documents_document b ON b.id = a.document_id
        JOIN documents_document o ON o.id = NEW.document_id
        WHERE a.application_id = NEW.application_id AND a.current AND o.sha256 = b.sha256) THEN
        RAISE EXCEPTION 'an original is another file than a blind version' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_original_guard BEFORE INSERT OR UPDATE OF current, document_id ON vouchers_applicationdocument FOR EACH ROW EXECUTE FUNCTION applications_guard_original();

CREATE FUNCTION attempt_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE paying record; tried bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a payment attempt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.key <> OLD.key OR NEW.amount_won <> OLD.amount_won OR NEW.disbursement_id <> OLD.disbursement_id
           OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id
           OR NEW.registered_by_id IS DISTINCT FROM OLD.registered_by_id
           OR (OLD.state IN ('PAID', 'REFUSED', 'SENT_BACK') AND NEW.state <> OLD.state
               AND (OLD.state, NEW.state) NOT IN (('PAID', 'SENT_BACK'), ('REFUSED', 'PAID'), ('REFUSED', 'SENT_BACK'))
               AND NOT (OLD.state = 'SENT_BACK' AND NEW.state = 'PARKED' AND OLD.shown_back_at IS NULL
                        AND OLD.resolved_by_id IS NOT NULL AND NEW.withdrawn_by_id IS NOT NULL
                        AND NEW.withdrawn_by_id NOT IN (OLD.resolved_by_id, NEW.approved_by_id, NEW.registered_by_id)))
           OR (OLD.state <> 'CLAIMED' AND NEW.state = 'CLAIMED')
           OR (NEW.state = 'SENT' AND OLD.state NOT IN ('CLAIMED', 'SENT'))
           OR (NEW.state IN ('PAID', 'REFUSED', 'SENT_BACK') AND OLD.state = 'CLAIMED') THEN
            RAISE EXCEPTION 'payment attempt %: its past never changes', NEW.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF (NEW.resolved_by_id IS DISTINCT FROM OLD.resolved_by_id
            AND NEW.resolved_by_id IN (NEW.approved_by_id, NEW.registered_by_id))
           OR (NEW.explained_by_id IS DISTINCT FROM OLD.explained_by_id
            AND NEW.explained_by_id IN (NEW.approved_by_id, NEW.registered_by_id)) THEN
            RAISE EXCEPTION 'payment attempt %: settled or explained by who released it', NEW.ref
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT status, amount_won, approved_by_id, registered_by_id INTO paying FROM vouchers_disbursement
        WHERE id = NEW.disbursement_id FOR UPDATE;
    SELECT coalesce(sum(amount_won), 0) INTO tried FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.disbursement_id AND state NOT IN ('REFUSED', 'SENT_BACK');
    IF NEW.state <> 'CLAIMED' OR paying.status <> 'REGISTERED' OR tried + NEW.amount_won > paying.amount_won THEN
        RAISE EXCEPTION 'payment attempt for disbursement %: not registered, or more than approved', NEW.disbursement_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.approved_by_id IS DISTINCT FROM paying.approved_by_id
       OR NEW.registered_by_id IS DISTINCT FROM paying.registered_by_id THEN
        RAISE EXCEPTION 'payment attempt for disbursement %: released by others', NEW.disbursement_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_paymentattempt FOR EACH ROW EXECUTE FUNCTION attempt_guard();

CREATE FUNCTION attempt_payer_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (NEW.resolved_by_id IS DISTINCT FROM OLD.resolved_by_id AND NEW.resolved_by_id = NEW.paid_by_id)
       OR (NEW.explained_by_id IS DISTINCT FROM OLD.explained_by_id AND NEW.explained_by_id = NEW.paid_by_id)
       OR (NEW.withdrawn_by_id IS DISTINCT FROM OLD.withdrawn_by_id AND NEW.withdrawn_by_id = NEW.paid_by_id) THEN
        RAISE EXCEPTION 'payment attempt %: settled or explained by who handed it over', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_payer_settles_nothing';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_payer_guard BEFORE UPDATE ON vouchers_paymentattempt FOR EACH ROW EXECUTE FUNCTION attempt_payer_guard();

CREATE FUNCTION attempt_release_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.disbursement_id AND id <> NEW.id
               AND state = 'SENT_BACK' AND shown_back_at IS NULL) THEN
        RAISE EXCEPTION 'payment attempt %: the bank does not show that the former one came back', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'SENT' AND NOT EXISTS (
        SELECT 1 FROM vouchers_disbursement d JOIN vouchers_milestone m ON m.id = d.milestone_id
        JOIN vouchers_agreement g ON g.id = m.agreement_id JOIN vouchers_voucher v ON v.id = d.voucher_id
        WHERE d.id = NEW.disbursement_id AND g.status IN ('ACTIVE', 'COMPLETED') AND v.status = 'ISSUED') THEN
        RAISE EXCEPTION 'payment attempt %: its agreement is not in force', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'SENT' AND EXISTS (
        SELECT 1 FROM vouchers_disbursement d JOIN documents_document f ON f.id IN (d.invoice_document_id, d.own_share_document_id)
        WHERE d.id = NEW.disbursement_id AND f.scan_state IN ('QUARANTINED', 'INFECTED')) THEN
        RAISE EXCEPTION 'payment attempt %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_release_guard_claimed BEFORE INSERT ON vouchers_paymentattempt FOR EACH ROW EXECUTE FUNCTION attempt_release_guard();
CREATE TRIGGER attempt_release_guard_sent BEFORE UPDATE OF state ON vouchers_paymentattempt FOR EACH ROW WHEN ((((new.state)::text = 'SENT'::text) AND ((old.state)::text <> 'SENT'::text))) EXECUTE FUNCTION attempt_release_guard();

CREATE FUNCTION attempt_way_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE paying record; leaf record;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.file_id IS DISTINCT FROM OLD.file_id OR NEW.paid_by_id IS DISTINCT FROM OLD.paid_by_id
           OR NEW.account_id IS DISTINCT FROM OLD.account_id THEN
            RAISE EXCEPTION 'payment attempt %: its file and account never change', NEW.ref
                USING ERRCODE = 'restrict_violation', CONSTRAINT = 'attempt_keeps_file';
        END IF;
        RETURN NEW;
    END IF;
    SELECT d.way, d.payee_account_id, g.round_id INTO paying FROM vouchers_disbursement d
        JOIN vouchers_milestone m ON m.id = d.milestone_id JOIN vouchers_agreement g ON g.id = m.agreement_id
        WHERE d.id = NEW.disbursement_id;
    NEW.account_id := coalesce(NEW.account_id, paying.payee_account_id);
    IF EXISTS (SELECT 1 FROM vouchers_payeeaccount WHERE id = NEW.account_id
               AND waits_until > (NEW.claimed_at AT TIME ZONE 'Asia/Seoul')::date) THEN
        RAISE EXCEPTION 'payment attempt %: the account of its payee changed and waits', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_account_waits';
    END IF;
    IF NEW.account_id IS DISTINCT FROM paying.payee_account_id THEN
        RAISE EXCEPTION 'payment attempt %: to another account than was released', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_account';
    END IF;
    SELECT way, round_id, made_by_id INTO leaf FROM vouchers_paymentfile WHERE id = NEW.file_id;
    IF (NEW.file_id IS NULL AND paying.way <> 'GATEWAY') OR (NEW.file_id IS NOT NULL AND (
        leaf.way <> paying.way OR leaf.round_id <> paying.round_id OR leaf.made_by_id IS DISTINCT FROM NEW.paid_by_id)) THEN
        RAISE EXCEPTION 'payment attempt %: by another way, or in another file, than its payment leaves', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'attempt_way';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_way_guard BEFORE INSERT OR UPDATE ON vouchers_paymentattempt FOR EACH ROW EXECUTE FUNCTION attempt_way_guard();

CREATE FUNCTION audit_file_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an audit file is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('READY', 'FAILED') OR (NEW.agreement_id, NEW.asked_by_id) IS DISTINCT FROM (OLD.agreement_id, OLD.asked_by_id) THEN
        RAISE EXCEPTION 'audit file %: it stays as it was made', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_file_guard BEFORE DELETE OR UPDATE ON vouchers_auditfile FOR EACH ROW EXECUTE FUNCTION audit_file_guard();

CREATE FUNCTION carry_over_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a carry-over is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'REQUESTED' OR (NEW.agreement_id, NEW.fiscal_year, NEW.amount_won, NEW.reason, NEW.requested_by_id)
        IS DISTINCT FROM (OLD.agreement_id, OLD.fiscal_year, OLD.amount_won, OLD.reason, OLD.requested_by_id) THEN
        RAISE EXCEPTION 'carry-over %: what was asked stays, and is decided once', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER carry_over_guard BEFORE DELETE OR UPDATE ON vouchers_carryover FOR EACH ROW EXECUTE FUNCTION carry_over_guard();

CREATE FUNCTION certification_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (NEW.application_id, NEW.user_id) IS DISTINCT FROM (OLD.application_id, OLD.user_id) THEN
        RAISE EXCEPTION 'a certification stays with its person' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'certification_identity';
    END IF;
    IF (SELECT submitted_at FROM vouchers_application WHERE id = OLD.application_id) IS NOT NULL THEN
        RAISE EXCEPTION 'certifications of a submitted application are frozen' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'certification_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certification_guard BEFORE UPDATE ON vouchers_certification FOR EACH ROW EXECUTE FUNCTION certification_guard();

CREATE FUNCTION check_batch_line_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.outcome <> 'WAITING'
       OR (NEW.batch_id, NEW.application_id) IS DISTINCT FROM (OLD.batch_id, OLD.application_id) THEN
        RAISE EXCEPTION 'what became of an application in a batch stays as it was written' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_batch_line_guard BEFORE DELETE OR UPDATE ON vouchers_checkbatchline FOR EACH ROW EXECUTE FUNCTION check_batch_line_guard();

CREATE FUNCTION clawback_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER clawback_guard BEFORE DELETE OR UPDATE ON vouchers_clawback FOR EACH ROW EXECUTE FUNCTION clawback_guard();

CREATE FUNCTION closing_line_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a line of a close is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.booked_at IS NOT NULL OR (NEW.closing_id, NEW.account_id, NEW.fate, NEW.amount_won)
        IS DISTINCT FROM (OLD.closing_id, OLD.account_id, OLD.fate, OLD.amount_won)
       OR NOT EXISTS (SELECT 1 FROM vouchers_yearclosing WHERE id = NEW.closing_id AND status = 'CLOSING') THEN
        RAISE EXCEPTION 'line % of a close: booked once, while the year is being closed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closing_line_guard BEFORE DELETE OR UPDATE ON vouchers_closingline FOR EACH ROW EXECUTE FUNCTION closing_line_guard();

CREATE FUNCTION company_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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

CREATE FUNCTION company_request_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.status <> 'FILED' AND (NEW.status <> OLD.status OR NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id
                                  OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a decision is not decided again' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER change_decided_once BEFORE UPDATE ON vouchers_representativechange FOR EACH ROW EXECUTE FUNCTION company_request_guard();
CREATE TRIGGER dispute_decided_once BEFORE UPDATE ON vouchers_ownershipdispute FOR EACH ROW EXECUTE FUNCTION company_request_guard();

CREATE FUNCTION debt_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE came bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a debt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.principal_won > OLD.principal_won OR NEW.interest_won > OLD.interest_won OR NEW.due_on < OLD.due_on
        OR (NEW.kind, NEW.settlement_id, NEW.agreement_id, NEW.organisation_id)
        IS DISTINCT FROM (OLD.kind, OLD.settlement_id, OLD.agreement_id, OLD.organisation_id) THEN
        RAISE EXCEPTION 'debt %: it only falls, and its day only moves later', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'PAID' AND OLD.status <> 'PAID' THEN
        SELECT coalesce(sum(CASE WHEN is_repayment THEN -amount_won ELSE amount_won END), 0) INTO came
            FROM vouchers_receipt WHERE debt_id = NEW.id AND status = 'CONFIRMED';
        IF came <> NEW.principal_won + NEW.interest_won + NEW.charged_won THEN
            RAISE EXCEPTION 'debt %: % won came, % are owed', NEW.ref, came, NEW.principal_won + NEW.interest_won + NEW.charged_won
                USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_paid_whole';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debt_guard BEFORE DELETE OR UPDATE ON vouchers_debt FOR EACH ROW EXECUTE FUNCTION debt_guard();

CREATE FUNCTION debt_within_order()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER debt_within_order BEFORE INSERT OR UPDATE OF principal_won ON vouchers_debt FOR EACH ROW WHEN ((new.clawback_id IS NOT NULL)) EXECUTE FUNCTION debt_within_order();

CREATE FUNCTION debt_within_paid()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE owed bigint; held bigint;
BEGIN
    PERFORM 1 FROM vouchers_agreement WHERE id = NEW.agreement_id FOR UPDATE;
    SELECT coalesce(sum(greatest(0, d.principal_won - (
        SELECT coalesce(sum(CASE WHEN r.is_repayment THEN -r.principal_won ELSE r.principal_won END), 0)
        FROM vouchers_receipt r WHERE r.debt_id = d.id AND r.status = 'CONFIRMED'))), 0) INTO owed
        FROM vouchers_debt d WHERE d.agreement_id = NEW.agreement_id AND d.kind <> 'SURCHARGE'
        AND d.status IN ('OPEN', 'SUSPENDED', 'ENFORCED');
    SELECT coalesce(sum(a.balance_won), 0) INTO held FROM vouchers_voucher v
        JOIN vouchers_account a ON a.kind = 'PAID' AND a.owner_ref = v.ref WHERE v.agreement_id = NEW.agreement_id;
    IF owed + NEW.principal_won > held THEN
        RAISE EXCEPTION 'debt %: % won would be owed back, the voucher holds % as paid', NEW.ref, owed + NEW.principal_won, held
            USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_within_paid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debt_within_paid BEFORE INSERT ON vouchers_debt FOR EACH ROW WHEN (((new.kind)::text <> 'SURCHARGE'::text)) EXECUTE FUNCTION debt_within_paid();

CREATE FUNCTION disbursement_account_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.payee_account_id IS DISTINCT FROM OLD.payee_account_id AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: a transfer of it is under way to its account', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_account_in_flight';
    END IF;
    IF NEW.status = 'REGISTERED' AND (NEW.status <> OLD.status OR NEW.payee_account_id IS DISTINCT FROM OLD.payee_account_id
        OR NEW.registered_at IS DISTINCT FROM OLD.registered_at) AND EXISTS (SELECT 1 FROM vouchers_payeeaccount
        WHERE id = NEW.payee_account_id AND waits_until > (NEW.registered_at AT TIME ZONE 'Asia/Seoul')::date)
       AND NOT EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: the account of its payee changed and waits', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_account_waits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_account_guard BEFORE UPDATE ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_account_guard();

CREATE FUNCTION disbursement_files_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.status = 'REGISTERED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT 1 FROM documents_document d WHERE d.scan_state IN ('QUARANTINED', 'INFECTED')
          AND (d.id = NEW.invoice_document_id OR (NEW.status <> 'COMPANY_CONFIRMED' AND d.id = NEW.own_share_document_id))) THEN
        RAISE EXCEPTION 'disbursement %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_files_guard BEFORE UPDATE OF status ON vouchers_disbursement FOR EACH ROW WHEN ((((new.status)::text = ANY (ARRAY[('COMPANY_CONFIRMED'::character varying)::text, ('EVIDENCE_CHECKED'::character varying)::text, ('APPROVED'::character varying)::text, ('REGISTERED'::character varying)::text])) AND ((new.status)::text IS DISTINCT FROM (old.status)::text))) EXECUTE FUNCTION disbursement_files_guard();

CREATE FUNCTION disbursement_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE held bigint; asked bigint; milestone_status text; newest text; moving boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a disbursement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT grant_won INTO held FROM vouchers_voucher WHERE id = NEW.voucher_id FOR UPDATE;
    SELECT coalesce(sum(amount_won), 0) INTO asked FROM vouchers_disbursement
        WHERE voucher_id = NEW.voucher_id AND id <> NEW.id;
    IF asked + NEW.amount_won > held THEN
        RAISE EXCEPTION 'disbursement %: more than the voucher', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.amount_won <> OLD.amount_won OR NEW.milestone_id <> OLD.milestone_id OR NEW.payee_id <> OLD.payee_id
           OR NEW.voucher_id <> OLD.voucher_id THEN
            RAISE EXCEPTION 'disbursement %: its amount and payee never change', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.status <> OLD.status THEN
            SELECT state INTO newest FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id ORDER BY id DESC LIMIT 1;
            moving := EXISTS (SELECT 1 FROM vouchers_paymentattempt
                WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID'));
            IF OLD.status = 'PAID' AND NEW.status <> 'SENT_BACK' THEN
                RAISE EXCEPTION 'disbursement %: paid stays paid', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'SENT_BACK' AND (moving OR NOT EXISTS (
                SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'SENT_BACK')) THEN
                RAISE EXCEPTION 'disbursement %: nothing of it came back', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'FAILED' AND newest IS DISTINCT FROM 'REFUSED' THEN
                RAISE EXCEPTION 'disbursement %: fails only when the bank refused', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'PAID' AND NOT EXISTS (
                SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PAID') THEN
                RAISE EXCEPTION 'disbursement %: paid only by a paid attempt', NEW.ref USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.status = 'REGISTERED' AND NOT EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED') AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
                WHERE disbursement_id = NEW.id AND state = 'SENT_BACK' AND settled_at > NEW.approved_at) THEN
                RAISE EXCEPTION 'disbursement %: its money came back since it was approved', NEW.ref
                    USING ERRCODE = 'check_violation';
            END IF;
            IF (OLD.status = 'CLOSED' AND NOT (NEW.status = 'REGISTERED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED'))) OR (NEW.status = 'CLOSED' AND (moving OR NOT EXISTS (
                SELECT 1 FROM vouchers_milestone m JOIN vouchers_agreement g ON g.id = m.agreement_id
                JOIN vouchers_round r ON r.id = g.round_id
                WHERE m.id = NEW.milestone_id AND (g.status = 'TERMINATED'
                    OR (NEW.updated_at AT TIME ZONE 'Asia/Seoul')::date > make_date(r.fiscal_year, 12, 31))))) THEN
                RAISE EXCEPTION 'disbursement %: closed once, of a terminated agreement, with nothing under way', NEW.ref
                    USING ERRCODE = 'check_violation';
            END IF;
        END IF;
    END IF;
    IF NEW.status IN ('APPROVED', 'REGISTERED') AND NOT EXISTS (
        SELECT 1 FROM vouchers_payeeaccount
        WHERE id = NEW.payee_account_id AND institution_id = NEW.payee_id AND verified_by_id IS NOT NULL) THEN
        RAISE EXCEPTION 'disbursement %: its account is not verified', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    SELECT status INTO milestone_status FROM vouchers_milestone WHERE id = NEW.milestone_id;
    IF milestone_status <> 'ACCEPTED' AND NEW.kind <> 'ADVANCE' THEN
        RAISE EXCEPTION 'disbursement %: its milestone is not accepted', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_guard();

CREATE FUNCTION disbursement_guard_advance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
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
CREATE TRIGGER disbursement_guard_advance BEFORE INSERT OR UPDATE ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_guard_advance();

CREATE FUNCTION disbursement_guard_voucher()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE voucher_status text; agreement_status text;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.status = OLD.status OR (NEW.status = 'REGISTERED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED'))) THEN
        RETURN NEW;
    END IF;
    SELECT v.status, a.status INTO voucher_status, agreement_status
        FROM vouchers_voucher v JOIN vouchers_agreement a ON a.id = v.agreement_id WHERE v.id = NEW.voucher_id;
    IF NEW.status IN ('REQUESTED', 'APPROVED', 'REGISTERED')
       AND (voucher_status <> 'ISSUED' OR agreement_status NOT IN ('ACTIVE', 'COMPLETED')) THEN
        RAISE EXCEPTION 'disbursement %: its voucher is % and its agreement %', NEW.ref, voucher_status, agreement_status
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_voucher_guard BEFORE INSERT OR UPDATE ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_guard_voucher();

CREATE FUNCTION disbursement_release_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.approved_by_id IS NOT NULL AND NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id AND EXISTS (
        SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state = 'SENT_BACK' AND resolved_by_id = NEW.approved_by_id) THEN
        RAISE EXCEPTION 'disbursement %: approved by who said that its money came back', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status = 'RETURNED' AND OLD.status <> 'RETURNED' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: a transfer of it is under way', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_release_guard BEFORE UPDATE ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_release_guard();

CREATE FUNCTION disbursement_unregister_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_paymentattempt
        WHERE disbursement_id = NEW.id AND state IN ('CLAIMED', 'SENT', 'UNKNOWN', 'PARKED', 'PAID')) THEN
        RAISE EXCEPTION 'disbursement %: a transfer holds it, so its registration stands', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_registration_held';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_unregister_guard BEFORE UPDATE OF status ON vouchers_disbursement FOR EACH ROW WHEN ((((old.status)::text = 'REGISTERED'::text) AND ((new.status)::text = ANY ((ARRAY['APPROVED'::character varying, 'EVIDENCE_CHECKED'::character varying, 'FAILED'::character varying, 'SENT_BACK'::character varying])::text[])))) EXECUTE FUNCTION disbursement_unregister_guard();

CREATE FUNCTION disbursement_way_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE paying jsonb; ways jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.way = OLD.way THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id) THEN
        RAISE EXCEPTION 'disbursement %: it was tried and keeps its way', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_one_way';
    END IF;
    SELECT p.body->'paying' INTO paying FROM vouchers_milestone m JOIN vouchers_agreement g ON g.id = m.agreement_id
        JOIN vouchers_policyversion p ON p.round_id = g.round_id WHERE m.id = NEW.milestone_id ORDER BY p.number DESC LIMIT 1;
    ways := paying->'ways';
    IF ways IS NULL OR jsonb_array_length(ways) = 0 THEN
        ways := CASE WHEN paying->>'rail' = 'SUBSIDY_NETWORK' THEN '["NETWORK"]'::jsonb ELSE '["GATEWAY"]'::jsonb END;
    END IF;
    IF NEW.way <> '' AND NOT ways ? NEW.way THEN
        RAISE EXCEPTION 'disbursement %: its round does not pay by %', NEW.ref, NEW.way
            USING ERRCODE = 'check_violation', CONSTRAINT = 'disbursement_way_of_round';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_way_guard BEFORE INSERT OR UPDATE OF way ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_way_guard();

CREATE FUNCTION dossier_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a submitted dossier never changes (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER submitted_dossier_immutable BEFORE DELETE OR UPDATE ON vouchers_submitteddossier FOR EACH ROW EXECUTE FUNCTION dossier_refuse_change();
CREATE TRIGGER submitted_dossier_no_truncate BEFORE TRUNCATE ON vouchers_submitteddossier FOR EACH STATEMENT EXECUTE FUNCTION dossier_refuse_change();

CREATE FUNCTION evaluation_award_within()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE places integer; taken integer; the_track bigint; app_ref text; reserved numeric; run_state text;
BEGIN
    SELECT a.track_id, a.ref, t.slots INTO the_track, app_ref, places
        FROM vouchers_application a JOIN vouchers_track t ON t.id = a.track_id WHERE a.id = NEW.application_id;
    SELECT status INTO run_state FROM vouchers_selectionrun WHERE id = NEW.run_id;
    IF run_state <> 'CONFIRMED' THEN
        RAISE EXCEPTION 'an award needs a confirmed selection' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT count(*) INTO taken FROM vouchers_award w JOIN vouchers_application a ON a.id = w.application_id
        WHERE a.track_id = the_track AND w.status IN ('NOTIFIED', 'ACCEPTED', 'AGREEMENT_READY');
    IF places IS NOT NULL AND taken > places THEN
        RAISE EXCEPTION 'track % has % slots, % awards', the_track, places, taken USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT coalesce(sum(e.amount_won), 0) INTO reserved FROM vouchers_ledgerevent e
        WHERE e.subject_ref = app_ref AND e.kind = 'RESERVED';
    IF reserved <> NEW.grant_won THEN
        RAISE EXCEPTION 'award of % won without its reservation (% won)', NEW.grant_won, reserved
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evaluation_award_slots_and_budget AFTER INSERT ON vouchers_award DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluation_award_within();

CREATE FUNCTION evaluation_guard_apart()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.status IN ('INVITED', 'ACCEPTED', 'SUBMITTED', 'LOCKED')
       AND (TG_OP = 'INSERT' OR NEW.status <> OLD.status OR NEW.evaluator_id <> OLD.evaluator_id)
       AND EXISTS (SELECT 1 FROM vouchers_caseconflict x
                   WHERE x.application_id = NEW.application_id AND x.user_id = NEW.evaluator_id AND x.ended_at IS NULL) THEN
        RAISE EXCEPTION 'a conflict of interest with this application stands' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_apart BEFORE INSERT OR UPDATE ON vouchers_assignment FOR EACH ROW EXECUTE FUNCTION evaluation_guard_apart();

CREATE FUNCTION evaluation_guard_aside()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.status <> OLD.status OR NEW.total IS DISTINCT FROM OLD.total OR NEW.comment <> OLD.comment
       OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at OR NEW.evaluator_id <> OLD.evaluator_id
       OR NEW.application_id <> OLD.application_id THEN
        RAISE EXCEPTION 'an evaluation that was set aside does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_aside_guard BEFORE UPDATE ON vouchers_assignment FOR EACH ROW WHEN (((old.status)::text = 'SET_ASIDE'::text)) EXECUTE FUNCTION evaluation_guard_aside();

CREATE FUNCTION evaluation_guard_assignment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.status = 'SUBMITTED' AND NEW.status = 'ACCEPTED' AND NEW.total IS NULL AND NEW.submitted_at IS NULL
       AND NEW.comment = OLD.comment AND NEW.evaluator_id = OLD.evaluator_id AND NEW.application_id = OLD.application_id
       AND NOT EXISTS (SELECT 1 FROM vouchers_panelphase p WHERE p.application_id = NEW.application_id AND p.status = 'OPEN')
       AND EXISTS (SELECT 1 FROM vouchers_criterion c JOIN vouchers_application a ON a.round_id = c.round_id
                   WHERE a.id = NEW.application_id AND c.stage = 'PRESENTATION') THEN
        RETURN NEW;
    END IF;
    IF OLD.status IN ('SUBMITTED', 'LOCKED') AND (
        (NEW.status NOT IN ('SUBMITTED', 'LOCKED') AND NOT (NEW.status = 'RECUSED' AND EXISTS (
            SELECT 1 FROM vouchers_caseconflict x
            WHERE x.application_id = NEW.application_id AND x.user_id = NEW.evaluator_id AND x.ended_at IS NULL)
            AND NOT EXISTS (
            SELECT 1 FROM vouchers_selectionrun r JOIN vouchers_application a ON a.round_id = r.round_id
            WHERE a.id = NEW.application_id AND r.status = 'CONFIRMED')) AND NOT (OLD.status = 'LOCKED' AND NEW.status = 'SET_ASIDE' AND EXISTS (
            SELECT 1 FROM vouchers_application a JOIN vouchers_selectionrun r ON r.round_id = a.round_id
            WHERE a.id = NEW.application_id AND a.status = 'IN_EVALUATION' AND r.status = 'CONFIRMED')))
        OR (OLD.status = 'LOCKED' AND NEW.status = 'SUBMITTED')
        OR (NEW.total IS DISTINCT FROM OLD.total AND NOT (OLD.status = 'SUBMITTED' AND NEW.status = 'SUBMITTED' AND EXISTS (SELECT 1 FROM vouchers_panelphase p WHERE p.application_id = NEW.application_id AND p.status = 'OPEN')))
        OR NEW.comment <> OLD.comment
        OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at
        OR NEW.evaluator_id <> OLD.evaluator_id OR NEW.application_id <> OLD.application_id) THEN
        RAISE EXCEPTION 'an evaluation that was handed in does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'LOCKED' AND OLD.status = 'SUBMITTED' AND EXISTS (SELECT 1 FROM vouchers_panelphase p WHERE p.application_id = NEW.application_id AND p.status = 'OPEN') THEN
        RAISE EXCEPTION 'scores are not locked while a panel is open' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'SUBMITTED' AND OLD.status <> 'SUBMITTED' AND EXISTS (
        SELECT 1 FROM vouchers_criterion c JOIN vouchers_application a ON a.round_id = c.round_id
        WHERE a.id = NEW.application_id AND NOT EXISTS (
            SELECT 1 FROM vouchers_score s WHERE s.assignment_id = NEW.id AND s.criterion_id = c.id AND s.points IS NOT NULL)) THEN
        RAISE EXCEPTION 'an evaluation is handed in with points for every criterion' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_assignment_guard BEFORE UPDATE ON vouchers_assignment FOR EACH ROW EXECUTE FUNCTION evaluation_guard_assignment();

CREATE FUNCTION evaluation_guard_award()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an award is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.grant_won <> OLD.grant_won OR NEW.application_id <> OLD.application_id OR NEW.run_id <> OLD.run_id
       OR NEW.project_no <> OLD.project_no THEN
        RAISE EXCEPTION 'an award''s amount, application and number do not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_award_guard BEFORE DELETE OR UPDATE ON vouchers_award FOR EACH ROW EXECUTE FUNCTION evaluation_guard_award();

CREATE FUNCTION evaluation_guard_blind_pool()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_application a JOIN vouchers_policyversion v ON v.id = a.policy_version_id
               WHERE a.id = NEW.application_id AND (v.body ->> 'blind_review')::boolean)
       AND NOT EXISTS (SELECT 1 FROM vouchers_poolmember m JOIN vouchers_application a ON a.round_id = m.round_id
               WHERE a.id = NEW.application_id AND m.user_id = NEW.evaluator_id AND m.ended_at IS NULL
               AND m.declared_at IS NOT NULL) THEN
        RAISE EXCEPTION 'in a blind review the list of names comes before the assignment' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_blind_pool BEFORE INSERT ON vouchers_assignment FOR EACH ROW EXECUTE FUNCTION evaluation_guard_blind_pool();

CREATE FUNCTION evaluation_guard_conflict()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a conflict is ended, never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.user_id <> OLD.user_id OR NEW.application_id <> OLD.application_id
        OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)) THEN
        RAISE EXCEPTION 'a conflict stays with its person and application' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_conflict_stays BEFORE DELETE OR UPDATE ON vouchers_caseconflict FOR EACH ROW EXECUTE FUNCTION evaluation_guard_conflict();

CREATE FUNCTION evaluation_guard_conflict_acts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_caseconflict x WHERE x.id = NEW.id AND x.ended_at IS NULL) AND EXISTS (
        SELECT 1 FROM vouchers_assignment s WHERE s.application_id = NEW.application_id AND s.evaluator_id = NEW.user_id
        AND s.status IN ('INVITED', 'ACCEPTED', 'SUBMITTED')) THEN
        RAISE EXCEPTION 'a standing conflict ends the assignment in the same transaction' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evaluation_conflict_acts AFTER INSERT OR UPDATE ON vouchers_caseconflict DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluation_guard_conflict_acts();

CREATE FUNCTION evaluation_guard_letter()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a letter is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.line_id <> OLD.line_id OR ((NEW.how <> OLD.how OR NEW.address <> OLD.address)
        AND NOT (OLD.how = 'ELECTRONIC' AND NEW.how = 'POST' AND OLD.served_on IS NULL AND NEW.served_on IS NULL)) THEN
        RAISE EXCEPTION 'a letter goes where it was addressed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.served_on IS NOT NULL AND (NEW.served_on IS DISTINCT FROM OLD.served_on
        OR NEW.open_until IS DISTINCT FROM OLD.open_until OR NEW.posted_on IS DISTINCT FROM OLD.posted_on
        OR NEW.tracking_no <> OLD.tracking_no) THEN
        RAISE EXCEPTION 'a letter that was served does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_letter_guard BEFORE DELETE OR UPDATE ON vouchers_selectionletter FOR EACH ROW EXECUTE FUNCTION evaluation_guard_letter();

CREATE FUNCTION evaluation_guard_panel()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a panel is closed, never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM vouchers_assignment a
        WHERE a.application_id = NEW.application_id AND a.status IN ('INVITED', 'ACCEPTED')) THEN
        RAISE EXCEPTION 'a panel opens after every evaluator handed in' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM vouchers_panelphase p JOIN vouchers_assignment a
        ON a.application_id = p.application_id AND a.status IN ('SUBMITTED', 'LOCKED') AND a.submitted_at <= p.opened_at
        WHERE p.application_id = NEW.application_id) THEN
        RAISE EXCEPTION 'a panel about these scores was opened already' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM vouchers_assignment a
        WHERE a.application_id = NEW.application_id AND a.status = 'LOCKED') THEN
        RAISE EXCEPTION 'no panel opens on scores that are locked' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status = 'CLOSED' OR NEW.application_id <> OLD.application_id
        OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by_id <> OLD.opened_by_id) THEN
        RAISE EXCEPTION 'a panel stays as it was opened, and closed once closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_panel_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_panelphase FOR EACH ROW EXECUTE FUNCTION evaluation_guard_panel();

CREATE FUNCTION evaluation_guard_penalty()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a penalty is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.application_id <> OLD.application_id OR NEW.code <> OLD.code OR NEW.evidence <> OLD.evidence
       OR NEW.recorded_by_id <> OLD.recorded_by_id THEN
        RAISE EXCEPTION 'a penalty stays as it was recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.taken_back_at IS NOT NULL AND (NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a penalty that was taken back stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_penalty_guard BEFORE DELETE OR UPDATE ON vouchers_penaltyrecord FOR EACH ROW EXECUTE FUNCTION evaluation_guard_penalty();

CREATE FUNCTION evaluation_guard_reading()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.assignment_id <> OLD.assignment_id OR NEW.opened_at <> OLD.opened_at
       OR NEW.seconds < OLD.seconds OR NEW.beat_at < OLD.beat_at THEN
        RAISE EXCEPTION 'a reading only grows' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_reading_guard BEFORE DELETE OR UPDATE ON vouchers_reading FOR EACH ROW EXECUTE FUNCTION evaluation_guard_reading();

CREATE FUNCTION evaluation_guard_record()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE run vouchers_selectionrun;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a selection''s record does not change (%)', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO run FROM vouchers_selectionrun WHERE id = NEW.run_id;
    IF run.inputs_sha256 <> encode(sha256(convert_to(NEW.inputs, 'UTF8')), 'hex')
       OR run.outputs_sha256 <> encode(sha256(convert_to(NEW.outputs, 'UTF8')), 'hex') THEN
        RAISE EXCEPTION 'a selection''s record does not carry its hashes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_record_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_selectionrecord FOR EACH ROW EXECUTE FUNCTION evaluation_guard_record();

CREATE FUNCTION evaluation_guard_rerun()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE before vouchers_selectionrun; verdict text; free numeric; wanted numeric;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.previous_id, NEW.cause_id) IS DISTINCT FROM (OLD.previous_id, OLD.cause_id) THEN
        RAISE EXCEPTION 'what a run follows and why does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.previous_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO before FROM vouchers_selectionrun WHERE id = NEW.previous_id;
    IF before.round_id <> NEW.round_id OR before.status <> 'CONFIRMED' THEN
        RAISE EXCEPTION 'a run after an objection follows a confirmed run of its round' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT name INTO verdict FROM journal_event WHERE id = NEW.cause_id;
    IF verdict NOT IN ('objection.upheld', 'objection.partly_upheld') THEN
        RAISE EXCEPTION 'a run after an objection names the verdict that upheld it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> 'CONFIRMED' OR (TG_OP = 'UPDATE' AND OLD.status = 'CONFIRMED') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM vouchers_award w JOIN vouchers_application a ON a.id = w.application_id
               WHERE a.round_id = NEW.round_id AND w.status IN ('NOTIFIED', 'ACCEPTED', 'AGREEMENT_READY')
               AND NOT EXISTS (SELECT 1 FROM vouchers_selectionline l WHERE l.run_id = NEW.id
                   AND l.application_id = a.id AND l.outcome = 'SELECTED' AND l.grant_won = w.grant_won)) THEN
        RAISE EXCEPTION 'a run after an objection drops nobody who was selected' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM vouchers_application a WHERE a.round_id = NEW.round_id AND a.status = 'RESERVE'
               AND NOT EXISTS (SELECT 1 FROM vouchers_selectionline l WHERE l.run_id = NEW.id
                   AND l.application_id = a.id AND l.outcome = 'RESERVE')) THEN
        RAISE EXCEPTION 'a run after an objection drops nobody from the reserve list' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT coalesce(sum(l.grant_won), 0) INTO wanted FROM vouchers_selectionline l
        WHERE l.run_id = NEW.id AND l.outcome = 'SELECTED' AND l.decides;
    SELECT coalesce(sum(balance_won), 0) INTO free FROM vouchers_account WHERE round_id = NEW.round_id AND kind = 'AVAILABLE';
    IF wanted > free THEN
        RAISE EXCEPTION 'a run after an objection grants % won, % won are free', wanted, free USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_rerun_guard BEFORE INSERT OR UPDATE ON vouchers_selectionrun FOR EACH ROW EXECUTE FUNCTION evaluation_guard_rerun();

CREATE FUNCTION evaluation_guard_run()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a selection is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.round_id <> OLD.round_id OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.summary <> OLD.summary OR NEW.engine <> OLD.engine
        OR NEW.policy_number IS DISTINCT FROM OLD.policy_number OR NEW.inputs_sha256 <> OLD.inputs_sha256
        OR NEW.outputs_sha256 <> OLD.outputs_sha256 THEN
        RAISE EXCEPTION 'what was proposed does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'PROPOSED' AND (NEW.status <> OLD.status OR NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id
        OR NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR NEW.reason <> OLD.reason) THEN
        RAISE EXCEPTION 'a decided selection does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CONFIRMED' AND NEW.confirmed_by_id IS NULL THEN
        RAISE EXCEPTION 'a confirmed selection names who confirmed it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED'
       AND NOT EXISTS (SELECT 1 FROM vouchers_selectionrecord WHERE run_id = NEW.id) THEN
        RAISE EXCEPTION 'a confirmed selection has its inputs and outputs' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_run_guard BEFORE DELETE OR UPDATE ON vouchers_selectionrun FOR EACH ROW EXECUTE FUNCTION evaluation_guard_run();

CREATE FUNCTION evaluation_guard_score()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE the_assignment bigint; state text;
BEGIN
    IF TG_OP = 'INSERT' THEN the_assignment := NEW.assignment_id; ELSE the_assignment := OLD.assignment_id; END IF;
    IF TG_OP = 'UPDATE' AND (NEW.assignment_id <> OLD.assignment_id OR NEW.criterion_id <> OLD.criterion_id) THEN
        RAISE EXCEPTION 'a score stays with its assignment' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT status INTO state FROM vouchers_assignment WHERE id = the_assignment;
    IF state <> 'ACCEPTED' AND NOT (TG_OP = 'UPDATE' AND state = 'SUBMITTED' AND NEW.points IS NOT NULL AND EXISTS (
        SELECT 1 FROM vouchers_panelphase p JOIN vouchers_assignment a ON a.application_id = p.application_id
        WHERE a.id = the_assignment AND p.status = 'OPEN')) THEN
        RAISE EXCEPTION 'scores change only between the declaration and handing in (assignment is %)', state
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_score_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_score FOR EACH ROW EXECUTE FUNCTION evaluation_guard_score();

CREATE FUNCTION evaluation_guard_versions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE the_assignment bigint; state text;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_score' THEN the_assignment := NEW.assignment_id; ELSE the_assignment := NEW.id; END IF;
    SELECT status INTO state FROM vouchers_assignment WHERE id = the_assignment;
    IF state = 'SUBMITTED' AND EXISTS (
        SELECT 1 FROM vouchers_score s LEFT JOIN LATERAL (
            SELECT v.points, v.comment FROM vouchers_scoreversion v
            WHERE v.assignment_id = s.assignment_id AND v.criterion_id = s.criterion_id ORDER BY v.number DESC LIMIT 1) last ON true
        WHERE s.assignment_id = the_assignment
          AND (last.points IS DISTINCT FROM s.points OR last.comment IS DISTINCT FROM s.comment)) THEN
        RAISE EXCEPTION 'a score that was handed in is what its newest version says' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER evaluation_versions_of_assignment AFTER UPDATE ON vouchers_assignment DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((new.status)::text = 'SUBMITTED'::text) AND ((old.status)::text <> 'SUBMITTED'::text))) EXECUTE FUNCTION evaluation_guard_versions();
CREATE CONSTRAINT TRIGGER evaluation_versions_of_score AFTER UPDATE ON vouchers_score DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluation_guard_versions();

CREATE FUNCTION evaluation_keep_assignment()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'an assignment is never deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_assignment_stays BEFORE DELETE ON vouchers_assignment FOR EACH ROW EXECUTE FUNCTION evaluation_keep_assignment();

CREATE FUNCTION evaluation_presented_first()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE the_round bigint; held text;
BEGIN
    SELECT round_id INTO the_round FROM vouchers_criterion WHERE id = NEW.criterion_id AND stage = 'PRESENTATION';
    IF the_round IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT s.status INTO held FROM vouchers_presentationslot s JOIN vouchers_assignment a ON a.application_id = s.application_id
        WHERE a.id = NEW.assignment_id AND s.status IN ('ATTENDED', 'MISSED') FOR SHARE OF s;
    IF held IS NULL THEN
        RAISE EXCEPTION 'a criterion of the presentation is scored once it was held' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'score_after_presentation';
    END IF;
    IF held = 'MISSED' AND NEW.points <> 0 AND presentation_absence(the_round) = 'ZERO' THEN
        RAISE EXCEPTION 'the company was absent: a criterion of the presentation counts 0 points'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_of_absent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_presented_first BEFORE INSERT OR UPDATE ON vouchers_score FOR EACH ROW WHEN ((new.points IS NOT NULL)) EXECUTE FUNCTION evaluation_presented_first();

CREATE FUNCTION evaluation_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a selection''s lines do not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_line_immutable BEFORE DELETE OR UPDATE ON vouchers_selectionline FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_change();

CREATE FUNCTION evaluation_refuse_version_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'versions of scores are append-only (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_version_immutable BEFORE DELETE OR UPDATE ON vouchers_scoreversion FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_version_change();

CREATE FUNCTION feasibility_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE place int;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF cardinality(NEW.bounds) < 1 OR NEW.bounds[1] < 1 THEN
            RAISE EXCEPTION 'a feasibility question needs the bounds of its bands' USING ERRCODE = 'check_violation';
        END IF;
        FOR i IN 2 .. cardinality(NEW.bounds) LOOP
            IF NEW.bounds[i] - NEW.bounds[i - 1] < NEW.bounds[1] THEN
                RAISE EXCEPTION 'band % is narrower than the smallest count', i USING ERRCODE = 'check_violation';
            END IF;
        END LOOP;
    ELSE
        IF (NEW.need_id, NEW.institution_id, NEW.dataset_id, NEW.criteria, NEW.message, NEW.bounds, NEW.created_by_id)
           IS DISTINCT FROM
           (OLD.need_id, OLD.institution_id, OLD.dataset_id, OLD.criteria, OLD.message, OLD.bounds, OLD.created_by_id) THEN
            RAISE EXCEPTION 'what was asked stays as it was asked (%)', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'ASKED' THEN
            RAISE EXCEPTION 'question % is over', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.band_low IS NOT NULL THEN
        place := CASE WHEN NEW.band_low = 0 THEN 0 ELSE array_position(NEW.bounds, NEW.band_low) END;
        IF place IS NULL OR NEW.band_high IS DISTINCT FROM NEW.bounds[place + 1] THEN
            RAISE EXCEPTION 'an answer is one of the bands, never a number' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER feasibility_guard BEFORE INSERT OR UPDATE ON vouchers_feasibilityquery FOR EACH ROW EXECUTE FUNCTION feasibility_guard();

CREATE FUNCTION feasibility_refuse_deletion()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'feasibility questions are kept' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER feasibility_kept BEFORE DELETE ON vouchers_feasibilityquery FOR EACH ROW EXECUTE FUNCTION feasibility_refuse_deletion();

CREATE FUNCTION figure_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a figure stays as it was handed in' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER figure_guard BEFORE DELETE OR UPDATE ON vouchers_figure FOR EACH ROW EXECUTE FUNCTION figure_guard();

CREATE FUNCTION final_evaluation_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE said record; ranks text[] := ARRAY['FAIL', 'GOOD_FAITH', 'CONDITIONAL', 'ORDINARY', 'EXCELLENT'];
BEGIN
    IF TG_OP = 'DELETE' OR NEW.agreement_id <> OLD.agreement_id OR NEW.opened_by_id <> OLD.opened_by_id THEN
        RAISE EXCEPTION 'a final evaluation stays that of its project' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status = 'GRADING' AND NEW.status = 'CONFIRMED' OR OLD.status <> 'GRADING' AND NEW.status = 'GRADING' THEN
        RAISE EXCEPTION 'final evaluation %: no such step', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.status <> 'GRADING' THEN
        SELECT count(*) AS n, count(handed_in_at) AS handed, bool_or(grader_id = NEW.decided_by_id) AS own, round(avg(points), 2) AS points
            INTO said FROM vouchers_finalscore WHERE evaluation_id = NEW.id;
        IF said.n < 2 OR said.handed < said.n OR said.own OR said.points <> NEW.points THEN
            RAISE EXCEPTION 'final evaluation %: at least two people grade, all of them, and somebody else decides', NEW.ref
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF OLD.grade <> '' AND NEW.grade <> OLD.grade
       AND NOT (OLD.status = 'DECIDED' AND NEW.status = 'DECIDED' AND array_position(ranks, NEW.grade::text) > array_position(ranks, OLD.grade::text)
                AND NEW.decided_by_id <> OLD.decided_by_id)
       AND NOT (OLD.status = 'CONFIRMED' AND NEW.status = 'DECIDED' AND OLD.grade = 'CONDITIONAL') THEN
        RAISE EXCEPTION 'final evaluation %: a grade changes for the better, or by its condition', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER final_evaluation_guard BEFORE DELETE OR UPDATE ON vouchers_finalevaluation FOR EACH ROW EXECUTE FUNCTION final_evaluation_guard();

CREATE FUNCTION final_score_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.handed_in_at IS NOT NULL OR NEW.evaluation_id <> OLD.evaluation_id THEN
        RAISE EXCEPTION 'what a grader said stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER final_score_guard BEFORE DELETE OR UPDATE ON vouchers_finalscore FOR EACH ROW EXECUTE FUNCTION final_score_guard();

CREATE FUNCTION finding_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status = 'CLOSED' OR (NEW.inspection_id, NEW.position, NEW.text, NEW.party_id, NEW.due_on)
       IS DISTINCT FROM (OLD.inspection_id, OLD.position, OLD.text, OLD.party_id, OLD.due_on) THEN
        RAISE EXCEPTION 'a finding stays what was found' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CLOSED' AND (OLD.status <> 'ANSWERED' OR NEW.closed_by_id = NEW.answered_by_id) THEN
        RAISE EXCEPTION 'a finding is settled once it was answered, by somebody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finding_guard BEFORE DELETE OR UPDATE ON vouchers_finding FOR EACH ROW EXECUTE FUNCTION finding_guard();

CREATE FUNCTION guarantee_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        RAISE EXCEPTION 'a guarantee never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM vouchers_disbursement WHERE id = NEW.disbursement_id AND kind = 'ADVANCE' AND status = 'REQUESTED') THEN
        RAISE EXCEPTION 'a guarantee is filed with the advance that it covers' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guarantee_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_guarantee FOR EACH ROW EXECUTE FUNCTION guarantee_guard();

CREATE FUNCTION indicator_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE promised bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.milestone_id ELSE NEW.milestone_id END;
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM vouchers_milestone WHERE id = promised AND status <> 'PLANNED')
       OR EXISTS (SELECT 1 FROM vouchers_deliverable WHERE milestone_id = promised) THEN
        RAISE EXCEPTION 'what a milestone is measured by is settled once it was handed in' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicator_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_indicator FOR EACH ROW EXECUTE FUNCTION indicator_guard();

CREATE FUNCTION inquiry_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    call vouchers_round;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a question about a call is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT * INTO call FROM vouchers_round WHERE id = NEW.round_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'ASKED' OR call.status <> 'ANNOUNCED' OR call.is_reference OR NEW.asked_at >= call.closes_at THEN
            RAISE EXCEPTION 'questions are asked between announcement and close' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'ASKED' THEN
        RAISE EXCEPTION 'what was answered or set aside does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.round_id, NEW.organisation_id, NEW.asked, NEW.asked_by_id, NEW.asked_at)
       IS DISTINCT FROM (OLD.round_id, OLD.organisation_id, OLD.asked, OLD.asked_by_id, OLD.asked_at) THEN
        RAISE EXCEPTION 'a question stays as it was asked' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'ANSWERED' AND (call.status <> 'ANNOUNCED' OR NEW.answered_at >= call.closes_at) THEN
        RAISE EXCEPTION 'questions are answered before the close' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inquiry_guarded BEFORE INSERT OR DELETE OR UPDATE ON vouchers_inquiry FOR EACH ROW EXECUTE FUNCTION inquiry_guard();

CREATE FUNCTION inspection_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.status <> 'PLANNED' OR (NEW.agreement_id, NEW.kind, NEW.planned_by_id)
       IS DISTINCT FROM (OLD.agreement_id, OLD.kind, OLD.planned_by_id) THEN
        RAISE EXCEPTION 'what an inspection reported stays' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inspection_guard BEFORE DELETE OR UPDATE ON vouchers_inspection FOR EACH ROW EXECUTE FUNCTION inspection_guard();

CREATE FUNCTION late_entry_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a late entry is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.company_id, NEW.round_id, NEW.track_id, NEW.person_id, NEW.until, NEW.reason, NEW.proposed_by_id) IS DISTINCT FROM
       (OLD.company_id, OLD.round_id, OLD.track_id, OLD.person_id, OLD.until, OLD.reason, OLD.proposed_by_id)
       OR (OLD.decided_by_id IS NOT NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id) THEN
        RAISE EXCEPTION 'a late entry keeps its company, person, end and who decided' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'late_entry_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER late_entry_guard BEFORE DELETE OR UPDATE ON vouchers_lateentry FOR EACH ROW EXECUTE FUNCTION late_entry_guard();

CREATE FUNCTION ledger_event_balanced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE total numeric; lines integer; plus numeric; wanted bigint; the_event bigint;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_entry' THEN the_event := NEW.event_id; ELSE the_event := NEW.id; END IF;
    SELECT coalesce(sum(amount_won), 0), count(*), coalesce(sum(amount_won) FILTER (WHERE amount_won > 0), 0)
        INTO total, lines, plus FROM vouchers_entry WHERE event_id = the_event;
    SELECT amount_won INTO wanted FROM vouchers_ledgerevent WHERE id = the_event;
    IF total <> 0 OR lines < 2 OR plus <> wanted THEN
        RAISE EXCEPTION 'ledger event % does not balance: sum %, lines %', the_event, total, lines
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entries_balanced AFTER INSERT ON vouchers_entry DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_event_balanced();
CREATE CONSTRAINT TRIGGER ledger_events_balanced AFTER INSERT ON vouchers_ledgerevent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_event_balanced();

CREATE FUNCTION ledger_guard_balance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a ledger account is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.balance_won <> 0 THEN
            RAISE EXCEPTION 'a ledger account opens with nothing' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.balance_won <> OLD.balance_won AND pg_trigger_depth() < 2)
       OR NEW.kind <> OLD.kind OR NEW.round_id <> OLD.round_id OR NEW.owner_ref <> OLD.owner_ref THEN
        RAISE EXCEPTION 'a balance moves only with its entries' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_account FOR EACH ROW EXECUTE FUNCTION ledger_guard_balance();

CREATE FUNCTION ledger_keep_balance()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE vouchers_account SET balance_won = balance_won + NEW.amount_won WHERE id = NEW.account_id;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_balance AFTER INSERT ON vouchers_entry FOR EACH ROW EXECUTE FUNCTION ledger_keep_balance();

CREATE FUNCTION ledger_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_immutable BEFORE DELETE OR UPDATE ON vouchers_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON vouchers_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_immutable BEFORE DELETE OR UPDATE ON vouchers_ledgerevent FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON vouchers_ledgerevent FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION ledger_within_call()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE said bigint;
BEGIN
    SELECT budget_won INTO said FROM vouchers_round WHERE id = NEW.round_id FOR SHARE;
    IF -NEW.balance_won > coalesce(said, 0) THEN
        RAISE EXCEPTION 'the call says % won, the ledger would give it % (ledger_within_call)', coalesce(said, 0), -NEW.balance_won
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_within_call';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_account_within_call BEFORE UPDATE OF balance_won ON vouchers_account FOR EACH ROW WHEN ((((new.kind)::text = 'TREASURY'::text) AND (new.balance_won < old.balance_won))) EXECUTE FUNCTION ledger_within_call();

CREATE FUNCTION ledger_within_year()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE shut int; booked text;
BEGIN
    SELECT closed_in INTO shut FROM vouchers_account WHERE id = NEW.account_id;
    IF shut IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT kind INTO booked FROM vouchers_ledgerevent WHERE id = NEW.event_id;
    IF NEW.amount_won < 0 AND booked NOT IN ('EXPIRED', 'CARRIED') OR NEW.amount_won > 0 AND booked NOT IN ('CARRIED', 'REVERSED') THEN
        RAISE EXCEPTION 'the fiscal year % was closed: % moves nothing of it', shut, booked
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_within_year';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_within_year BEFORE INSERT ON vouchers_entry FOR EACH ROW EXECUTE FUNCTION ledger_within_year();

CREATE FUNCTION letter_keeps_content()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'letter %: what it said cannot change', OLD.ref USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER letter_content_kept BEFORE UPDATE ON vouchers_selectionletter FOR EACH ROW WHEN ((old.content IS DISTINCT FROM new.content)) EXECUTE FUNCTION letter_keeps_content();

CREATE FUNCTION match_final_within_band()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE named bigint := coalesce(NEW.final_quote_id, NEW.offered_quote_id);
BEGIN
    IF TG_OP = 'UPDATE' AND ((OLD.final_quote_id IS NOT NULL AND OLD.final_quote_id IS DISTINCT FROM NEW.final_quote_id)
       OR (OLD.final_asked_at IS NOT NULL AND OLD.final_asked_at IS DISTINCT FROM NEW.final_asked_at)) THEN
        RAISE EXCEPTION 'match %: its final quote stays', NEW.id USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_stays';
    END IF;
    IF named IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM vouchers_quote letter JOIN vouchers_quote final ON final.request_id = letter.request_id
        WHERE letter.id = NEW.quote_id AND final.id = named AND final.band_min_won IS NULL
          AND final.supply_amount_won BETWEEN letter.band_min_won AND letter.supply_amount_won
    ) THEN
        RAISE EXCEPTION 'match %: a final quote lies within the band of its letter of intent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_within_band';
    END IF;
    IF named IS NOT NULL AND EXISTS (
        SELECT 1 FROM vouchers_quote letter, vouchers_quote final
        WHERE letter.id = NEW.quote_id AND final.id = named AND final.vat_won > letter.vat_won
    ) THEN
        RAISE EXCEPTION 'match %: a final quote asks for no more VAT than its letter of intent', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_vat';
    END IF;
    IF NEW.final_quote_id IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.final_quote_id IS NULL)
       AND (TG_OP = 'INSERT' OR OLD.offered_quote_id IS DISTINCT FROM NEW.final_quote_id)
       AND quote_terms_differ(NEW.quote_id, NEW.final_quote_id) THEN
        RAISE EXCEPTION 'match %: the company decides on a final quote whose terms are not the letter''s', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'match_final_decided';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_final_within_band BEFORE INSERT OR UPDATE OF final_quote_id, offered_quote_id, final_asked_at ON vouchers_match FOR EACH ROW EXECUTE FUNCTION match_final_within_band();

CREATE FUNCTION match_released_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'match %: what was released stays released', OLD.id USING ERRCODE = 'check_violation',
        CONSTRAINT = 'match_released_stays';
END $$;
CREATE TRIGGER match_released_stays BEFORE UPDATE OF status ON vouchers_match FOR EACH ROW WHEN (((old.status)::text = 'RELEASED'::text)) EXECUTE FUNCTION match_released_stays();

CREATE FUNCTION match_released_unused()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM vouchers_applicationmatch m JOIN vouchers_application a ON a.id = m.application_id
        WHERE m.match_id = NEW.id AND a.status NOT IN ('DRAFT', 'WITHDRAWN', 'INELIGIBLE', 'NOT_SELECTED', 'LAPSED')
    ) THEN
        RAISE EXCEPTION 'match %: an application still stands on it', NEW.id USING ERRCODE = 'check_violation',
            CONSTRAINT = 'match_released_unused';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_released_unused BEFORE UPDATE OF status ON vouchers_match FOR EACH ROW WHEN (((new.status)::text = 'RELEASED'::text)) EXECUTE FUNCTION match_released_unused();

CREATE FUNCTION match_stays_with_quote()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.quote_id <> OLD.quote_id OR NEW.need_id <> OLD.need_id OR NEW.institution_id <> OLD.institution_id THEN
        RAISE EXCEPTION 'a match stays with its need, quote and institution' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_identity BEFORE UPDATE ON vouchers_match FOR EACH ROW EXECUTE FUNCTION match_stays_with_quote();

CREATE FUNCTION milestone_files_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM vouchers_deliverable v JOIN documents_document d ON d.id = v.document_id
        WHERE v.milestone_id = NEW.id AND d.scan_state IN ('QUARANTINED', 'INFECTED')
          AND v.submission = (SELECT max(submission) FROM vouchers_deliverable WHERE milestone_id = NEW.id)) THEN
        RAISE EXCEPTION 'milestone %: the virus scan holds a file of it', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER milestone_files_guard BEFORE UPDATE OF status ON vouchers_milestone FOR EACH ROW WHEN ((((new.status)::text = ANY (ARRAY[('COMPANY_ACCEPTED'::character varying)::text, ('ACCEPTED'::character varying)::text])) AND ((new.status)::text IS DISTINCT FROM (old.status)::text))) EXECUTE FUNCTION milestone_files_guard();

CREATE FUNCTION milestone_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE agreed record; others record; delivers boolean;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.planned_won IS NOT NULL AND (NEW.planned_won, NEW.accepted_won, NEW.missing)
       IS DISTINCT FROM (OLD.planned_won, OLD.accepted_won, OLD.missing) THEN
        RAISE EXCEPTION 'milestone %: a part that was accepted stays what it is', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.part_of_id IS DISTINCT FROM OLD.part_of_id THEN
        RAISE EXCEPTION 'milestone %: a rest belongs to its milestone', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status = 'COMPANY_ACCEPTED' AND NEW.status = 'ACCEPTED' AND OLD.accepted_won IS NOT NULL THEN
        IF NEW.accepted_won IS DISTINCT FROM OLD.accepted_won OR NEW.amount_won <> OLD.accepted_won
           OR NEW.planned_won IS DISTINCT FROM OLD.amount_won
           OR NEW.grant_won <> OLD.grant_won * OLD.accepted_won / OLD.amount_won
           OR NEW.vat_won <> OLD.vat_won * OLD.accepted_won / OLD.amount_won
           OR NEW.uses_data <> OLD.uses_data OR NEW.institution_id <> OLD.institution_id OR NEW.agreement_id <> OLD.agreement_id THEN
            RAISE EXCEPTION 'milestone %: a part carries its share of every sum', NEW.ref USING ERRCODE = 'check_violation';
        END IF;
    ELSIF TG_OP = 'UPDATE' AND (NEW.amount_won <> OLD.amount_won OR NEW.grant_won <> OLD.grant_won OR NEW.vat_won <> OLD.vat_won
       OR NEW.planned_won IS DISTINCT FROM OLD.planned_won OR NEW.uses_data <> OLD.uses_data OR NEW.institution_id <> OLD.institution_id
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
CREATE TRIGGER milestone_guard BEFORE INSERT OR UPDATE ON vouchers_milestone FOR EACH ROW EXECUTE FUNCTION milestone_guard();

CREATE FUNCTION milestone_rest_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_milestone r WHERE r.part_of_id = NEW.id AND r.agreement_id = NEW.agreement_id
                   AND r.institution_id = NEW.institution_id AND r.uses_data = NEW.uses_data
                   AND coalesce(r.planned_won, r.amount_won) = NEW.planned_won - NEW.amount_won) THEN
        RAISE EXCEPTION 'milestone %: the rest of what was accepted in part is missing', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER milestone_rest_guard AFTER UPDATE OF planned_won ON vouchers_milestone DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.planned_won IS NOT NULL)) EXECUTE FUNCTION milestone_rest_guard();

CREATE FUNCTION objections_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an objection is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.reviewer_id = ANY (NEW.deciders) OR NEW.decided_by_id = ANY (NEW.deciders) THEN
        RAISE EXCEPTION 'who took part in the decision does not decide about the objection' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF (NEW.event_id, NEW.event_name, NEW.subject_ref, NEW.company_id, NEW.round_id, NEW.about, NEW.deciders, NEW.served_on,
        NEW.open_until, NEW.ground, NEW.statement, NEW.filed_by_id, NEW.created_at)
       IS DISTINCT FROM
       (OLD.event_id, OLD.event_name, OLD.subject_ref, OLD.company_id, OLD.round_id, OLD.about, OLD.deciders, OLD.served_on,
        OLD.open_until, OLD.ground, OLD.statement, OLD.filed_by_id, OLD.created_at) THEN
        RAISE EXCEPTION 'an objection stays as it was filed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.opinion_at IS NOT NULL AND (NEW.opinion, NEW.opinion_by_id, NEW.opinion_at)
       IS DISTINCT FROM (OLD.opinion, OLD.opinion_by_id, OLD.opinion_at) THEN
        RAISE EXCEPTION 'an opinion stays as it was given' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.decided_at IS NOT NULL OR OLD.status = 'WITHDRAWN')
       AND (NEW.status, NEW.reason, NEW.decided_by_id, NEW.decided_at, NEW.reviewer_id)
       IS DISTINCT FROM (OLD.status, OLD.reason, OLD.decided_by_id, OLD.decided_at, OLD.reviewer_id) THEN
        RAISE EXCEPTION 'an objection that was decided or withdrawn does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.remedy_at IS NOT NULL AND (NEW.remedy, NEW.remedy_by_id, NEW.remedy_at)
       IS DISTINCT FROM (OLD.remedy, OLD.remedy_by_id, OLD.remedy_at) THEN
        RAISE EXCEPTION 'what was done stays as it was recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objections_objection_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_objection FOR EACH ROW EXECUTE FUNCTION objections_guard();

CREATE FUNCTION objections_guard_document()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the evidence of an objection stays as it was filed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER objections_document_guard BEFORE DELETE OR UPDATE ON vouchers_objectiondocument FOR EACH ROW EXECUTE FUNCTION objections_guard_document();

CREATE FUNCTION objections_guard_due()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.due_at IS DISTINCT FROM OLD.due_at
       AND (OLD.first_due_at IS NOT NULL OR NEW.first_due_at IS DISTINCT FROM OLD.due_at) THEN
        RAISE EXCEPTION 'the decision about an objection is put off only once' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.first_due_at IS NOT NULL
       AND (NEW.first_due_at, NEW.extension_reason) IS DISTINCT FROM (OLD.first_due_at, OLD.extension_reason) THEN
        RAISE EXCEPTION 'why a decision was put off stays as it was told' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objections_due_guard BEFORE UPDATE ON vouchers_objection FOR EACH ROW EXECUTE FUNCTION objections_guard_due();

CREATE FUNCTION objections_guard_waiver()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.remedy_at IS NOT NULL AND NEW.remedy_waived IS DISTINCT FROM OLD.remedy_waived THEN
        RAISE EXCEPTION 'what was done stays as it was recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objections_waiver_guard BEFORE UPDATE ON vouchers_objection FOR EACH ROW EXECUTE FUNCTION objections_guard_waiver();

CREATE FUNCTION offer_proposal_budget()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE over text;
BEGIN
    SELECT a.ref INTO over FROM vouchers_allocation a JOIN vouchers_offerproposal p ON p.allocation_id = a.id
        WHERE a.budget_won IS NOT NULL AND a.id IN (SELECT allocation_id FROM new_rows)
        GROUP BY a.id HAVING sum(coalesce(p.price_won, 0)) > a.budget_won LIMIT 1;
    IF over IS NOT NULL THEN
        RAISE EXCEPTION 'what is proposed costs more than the budget of %', over USING ERRCODE = 'check_violation',
            CONSTRAINT = 'offer_proposal_budget';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER offer_proposal_budget AFTER INSERT ON vouchers_offerproposal REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION offer_proposal_budget();

CREATE FUNCTION offer_proposal_costs()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.offer_id IS NULL AND NEW.price_won IS NOT NULL OR NEW.offer_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM providers_offer o WHERE o.id = NEW.offer_id AND o.status = 'PUBLISHED' AND o.dataset_id = NEW.dataset_id
            AND o.institution_id = NEW.institution_id AND o.floor_won IS NOT DISTINCT FROM NEW.price_won
    ) THEN
        RAISE EXCEPTION 'a proposal costs what its published offer says (%)', NEW.ref USING ERRCODE = 'check_violation',
            CONSTRAINT = 'offer_proposal_costs';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_proposal_costs BEFORE INSERT ON vouchers_offerproposal FOR EACH ROW EXECUTE FUNCTION offer_proposal_costs();

CREATE FUNCTION offer_proposal_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE published bool;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT a.status = 'PUBLISHED' AND n.round_id = a.round_id INTO published
            FROM vouchers_allocation a, vouchers_need n WHERE a.id = NEW.allocation_id AND n.id = NEW.need_id;
        IF NOT coalesce(published, false) THEN
            RAISE EXCEPTION 'only a published allocation proposes, and to needs of its round' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'OPEN' OR (NEW.allocation_id, NEW.need_id, NEW.institution_id, NEW.dataset_id, NEW.offer_id, NEW.score,
        NEW.price_won, NEW.words, NEW.lapses_at) IS DISTINCT FROM (OLD.allocation_id, OLD.need_id, OLD.institution_id,
        OLD.dataset_id, OLD.offer_id, OLD.score, OLD.price_won, OLD.words, OLD.lapses_at) THEN
        RAISE EXCEPTION 'a proposal only ends (%)', OLD.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER offer_proposal_guard BEFORE INSERT OR UPDATE ON vouchers_offerproposal FOR EACH ROW EXECUTE FUNCTION offer_proposal_guard();

CREATE FUNCTION payee_account_keeps()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (NEW.institution_id, NEW.bank_code, NEW.number, NEW.holder, NEW.contact, NEW.entered_by_id)
       IS DISTINCT FROM (OLD.institution_id, OLD.bank_code, OLD.number, OLD.holder, OLD.contact, OLD.entered_by_id)
       OR NEW.waits_until IS DISTINCT FROM OLD.waits_until THEN
        RAISE EXCEPTION 'payee account %: another account is a new row', NEW.ref
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payee_account_keeps';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_account_keeps BEFORE UPDATE ON vouchers_payeeaccount FOR EACH ROW EXECUTE FUNCTION payee_account_keeps();

CREATE FUNCTION payment_answer_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE file_id = NEW.file_id
               AND NEW.read_by_id IN (approved_by_id, registered_by_id, paid_by_id)) THEN
        RAISE EXCEPTION 'answer %: read by who released a payment of the file', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_answer_four_eyes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_answer_guard BEFORE INSERT ON vouchers_paymentanswer FOR EACH ROW EXECUTE FUNCTION payment_answer_guard();

CREATE FUNCTION payment_file_keeps()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% %: written once', TG_TABLE_NAME, OLD.ref
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'payment_file_keeps';
END $$;
CREATE TRIGGER payment_answer_keeps BEFORE DELETE OR UPDATE ON vouchers_paymentanswer FOR EACH ROW EXECUTE FUNCTION payment_file_keeps();
CREATE TRIGGER payment_file_keeps BEFORE DELETE OR UPDATE ON vouchers_paymentfile FOR EACH ROW EXECUTE FUNCTION payment_file_keeps();

CREATE FUNCTION payment_file_whole()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE wanted record; held record; which bigint;
BEGIN
    which := CASE WHEN TG_TABLE_NAME = 'vouchers_paymentfile' THEN NEW.id ELSE (to_jsonb(NEW)->>'file_id')::bigint END;
    IF which IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT ref, line_count, total_won INTO wanted FROM vouchers_paymentfile WHERE id = which;
    SELECT count(*) AS lines, coalesce(sum(amount_won), 0) AS won INTO held FROM vouchers_paymentattempt WHERE file_id = which;
    IF held.lines <> wanted.line_count OR held.won <> wanted.total_won THEN
        RAISE EXCEPTION 'payment file %: % payments of % won, it says % of %', wanted.ref, held.lines, held.won,
            wanted.line_count, wanted.total_won USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_file_whole';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_file_whole AFTER INSERT ON vouchers_paymentfile DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payment_file_whole();
CREATE CONSTRAINT TRIGGER payment_file_whole_lines AFTER INSERT ON vouchers_paymentattempt DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payment_file_whole();

CREATE FUNCTION payment_files_stay()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payment_answers_stay BEFORE TRUNCATE ON vouchers_paymentanswer FOR EACH STATEMENT EXECUTE FUNCTION payment_files_stay();
CREATE TRIGGER payment_files_stay BEFORE TRUNCATE ON vouchers_paymentfile FOR EACH STATEMENT EXECUTE FUNCTION payment_files_stay();

CREATE FUNCTION plan_warning_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.relieved_at IS NOT NULL OR NEW.agreement_id <> OLD.agreement_id THEN
        RAISE EXCEPTION 'a warning about a plan stays what it was' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_warning_guard BEFORE DELETE OR UPDATE ON vouchers_planwarning FOR EACH ROW EXECUTE FUNCTION plan_warning_guard();

CREATE FUNCTION policy_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    last vouchers_policyversion;
    touched bigint[];
BEGIN
    touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.round_id] WHEN 'DELETE' THEN ARRAY[OLD.round_id]
                          ELSE ARRAY[OLD.round_id, NEW.round_id] END;
    IF EXISTS (SELECT 1 FROM vouchers_round
               WHERE id = ANY(touched) AND status NOT IN ('DRAFT', 'REVIEW') AND NOT is_reference) THEN
        IF TG_OP = 'INSERT' THEN
            SELECT * INTO last FROM vouchers_policyversion WHERE round_id = NEW.round_id ORDER BY number DESC LIMIT 1;
            IF NEW.frozen_at IS NOT NULL AND NEW.number = last.number + 1
               AND (NEW.body - 'target_days') = (last.body - 'target_days')
               AND EXISTS (SELECT 1 FROM vouchers_amendment
                           WHERE round_id = NEW.round_id AND policy_number = NEW.number) THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'the round was announced: its policy changes only in its days, by an amendment'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER policy_frozen BEFORE INSERT OR DELETE OR UPDATE ON vouchers_policyversion FOR EACH ROW EXECUTE FUNCTION policy_guard();

CREATE FUNCTION presentation_absence(the_round bigint)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $$
    SELECT coalesce((SELECT body->>'presentation_absence' FROM vouchers_policyversion WHERE round_id = the_round
                     ORDER BY number DESC LIMIT 1), 'ZERO')
$$;

CREATE FUNCTION presentation_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.company_id IS DISTINCT FROM (SELECT company_id FROM vouchers_application WHERE id = NEW.application_id)
       OR (SELECT round_id FROM vouchers_application WHERE id = NEW.application_id)
          IS DISTINCT FROM (SELECT round_id FROM vouchers_presentationschedule WHERE id = NEW.schedule_id) THEN
        RAISE EXCEPTION 'a presentation is of an application of its round, by its company' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_of_its_company';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.application_id, NEW.schedule_id) IS DISTINCT FROM (OLD.application_id, OLD.schedule_id) THEN
        RAISE EXCEPTION 'a presentation stays with its application' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER presentation_guard BEFORE INSERT OR UPDATE ON vouchers_presentationslot FOR EACH ROW EXECUTE FUNCTION presentation_guard();

CREATE FUNCTION presentation_record_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF presentation_absence((SELECT round_id FROM vouchers_application WHERE id = NEW.application_id)) = 'ZERO' AND EXISTS (
        SELECT 1 FROM vouchers_score s JOIN vouchers_assignment a ON a.id = s.assignment_id
        JOIN vouchers_criterion c ON c.id = s.criterion_id
        WHERE a.application_id = NEW.application_id AND a.status IN ('ACCEPTED', 'SUBMITTED', 'LOCKED')
          AND c.stage = 'PRESENTATION' AND s.points IS NOT NULL) THEN
        RAISE EXCEPTION 'who attended stays as long as points for the presentation stand' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_record_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER presentation_record_stays BEFORE UPDATE OF status ON vouchers_presentationslot FOR EACH ROW WHEN ((((old.status)::text = ANY ((ARRAY['ATTENDED'::character varying, 'MISSED'::character varying])::text[])) AND ((new.status)::text <> (old.status)::text))) EXECUTE FUNCTION presentation_record_stays();

CREATE FUNCTION presentation_seat_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    the_case bigint;
BEGIN
    IF NEW.released_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    SELECT application_id, starts_at, ends_at INTO the_case, NEW.starts_at, NEW.ends_at
        FROM vouchers_presentationslot WHERE id = NEW.slot_id;
    IF (TG_OP = 'INSERT' OR NEW.evaluator_id <> OLD.evaluator_id) AND (
        NOT EXISTS (SELECT 1 FROM vouchers_assignment a WHERE a.application_id = the_case AND a.evaluator_id = NEW.evaluator_id
                    AND a.status IN ('ACCEPTED', 'SUBMITTED', 'LOCKED'))
        OR EXISTS (SELECT 1 FROM vouchers_caseconflict c WHERE c.application_id = the_case AND c.user_id = NEW.evaluator_id
                   AND c.ended_at IS NULL)
        OR EXISTS (SELECT 1 FROM vouchers_conflictofinterest d JOIN vouchers_company o ON o.organisation_id = d.organisation_id
                   JOIN vouchers_application p ON p.company_id = o.id
                   WHERE p.id = the_case AND d.user_id = NEW.evaluator_id AND d.ended_on IS NULL)) THEN
        RAISE EXCEPTION 'a seat is for who evaluates the application, without a conflict' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_seat_of_panel';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER presentation_seat_guard BEFORE INSERT OR UPDATE ON vouchers_presentationseat FOR EACH ROW EXECUTE FUNCTION presentation_seat_guard();

CREATE FUNCTION presentation_seats_follow()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE vouchers_presentationseat SET starts_at = NEW.starts_at, ends_at = NEW.ends_at
        WHERE slot_id = NEW.id AND released_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER presentation_seats_follow AFTER UPDATE OF starts_at, ends_at ON vouchers_presentationslot FOR EACH ROW WHEN (((old.starts_at IS DISTINCT FROM new.starts_at) OR (old.ends_at IS DISTINCT FROM new.ends_at))) EXECUTE FUNCTION presentation_seats_follow();

CREATE FUNCTION quote_agreed_to()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM vouchers_quotedraft d WHERE d.id = NEW.draft_id AND d.status = 'SENT' AND d.request_id = NEW.request_id
          AND d.prepared_by_id = NEW.quoted_by_id AND d.supply_amount_won = NEW.supply_amount_won AND d.vat_won = NEW.vat_won
    ) THEN
        RAISE EXCEPTION 'nobody of the institution agreed to this quote' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_agreed_to';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_agreed_to BEFORE INSERT ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_agreed_to();

CREATE FUNCTION quote_band_agreed_to()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_TABLE_NAME = 'vouchers_quotedraft' THEN
        IF OLD.band_min_won IS DISTINCT FROM NEW.band_min_won THEN
            RAISE EXCEPTION 'the band of a prepared letter stays as it is: prepare another one'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_draft_keeps';
        END IF;
    ELSIF (SELECT d.band_min_won FROM vouchers_quotedraft d WHERE d.id = NEW.draft_id) IS DISTINCT FROM NEW.band_min_won THEN
        RAISE EXCEPTION 'nobody of the institution agreed to this band' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_agreed_to';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_band_agreed_to BEFORE INSERT ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_band_agreed_to();
CREATE TRIGGER quote_draft_band_keeps BEFORE UPDATE ON vouchers_quotedraft FOR EACH ROW EXECUTE FUNCTION quote_band_agreed_to();

CREATE FUNCTION quote_draft_asks_investigator()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE agrees boolean;
BEGIN
    SELECT (p.body->'quoting'->>'investigator_agrees')::boolean INTO agrees FROM vouchers_quoterequest q
        JOIN vouchers_need n ON n.id = q.need_id JOIN vouchers_policyversion p ON p.round_id = n.round_id
        WHERE q.id = NEW.request_id ORDER BY p.number DESC LIMIT 1;
    IF coalesce(agrees, true) AND NOT NEW.investigator_needed THEN
        RAISE EXCEPTION 'the round asks for the agreement of the investigator' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_draft_asks_investigator';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_draft_asks_investigator BEFORE INSERT ON vouchers_quotedraft FOR EACH ROW EXECUTE FUNCTION quote_draft_asks_investigator();

CREATE FUNCTION quote_draft_keeps()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (OLD.request_id, OLD.number, OLD.content, OLD.supply_amount_won, OLD.vat_won, OLD.prepared_by_id, OLD.investigator_needed,
           OLD.investigator_name, OLD.investigator_email)
          IS DISTINCT FROM
          (NEW.request_id, NEW.number, NEW.content, NEW.supply_amount_won, NEW.vat_won, NEW.prepared_by_id, NEW.investigator_needed,
           NEW.investigator_name, NEW.investigator_email)
       OR (OLD.approved_at IS NOT NULL AND (OLD.approved_at, OLD.approved_by_id) IS DISTINCT FROM (NEW.approved_at, NEW.approved_by_id))
       OR (OLD.investigator_agreed_at IS NOT NULL AND (OLD.investigator_agreed_at, OLD.investigator_agreed_by, OLD.investigator_user_id)
           IS DISTINCT FROM (NEW.investigator_agreed_at, NEW.investigator_agreed_by, NEW.investigator_user_id))
       OR (OLD.status <> 'PREPARED' AND NEW.status <> OLD.status) THEN
        RAISE EXCEPTION 'a prepared quote and what was agreed to stay as they are: prepare another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_draft_keeps';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_draft_keeps BEFORE DELETE OR UPDATE ON vouchers_quotedraft FOR EACH ROW EXECUTE FUNCTION quote_draft_keeps();

CREATE FUNCTION quote_letter_allowed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE allowed boolean;
BEGIN
    SELECT (p.body->'quoting'->>'letters')::boolean INTO allowed FROM vouchers_quoterequest q
        JOIN vouchers_need n ON n.id = q.need_id JOIN vouchers_policyversion p ON p.round_id = n.round_id
        WHERE q.id = NEW.request_id ORDER BY p.number DESC LIMIT 1;
    IF NEW.band_min_won IS NOT NULL AND NOT coalesce(allowed, false) THEN
        RAISE EXCEPTION 'the round takes no letters of intent' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_letter_allowed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_letter_allowed BEFORE INSERT ON vouchers_quotedraft FOR EACH ROW EXECUTE FUNCTION quote_letter_allowed();

CREATE FUNCTION quote_outlasts_award()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE closing timestamptz;
BEGIN
    SELECT r.closes_at INTO closing FROM vouchers_quoterequest q JOIN vouchers_need n ON n.id = q.need_id
        JOIN vouchers_round r ON r.id = n.round_id WHERE q.id = NEW.request_id;
    IF closing > NEW.created_at AND coalesce(NEW.award_on < (closing AT TIME ZONE 'Asia/Seoul')::date, true) THEN
        RAISE EXCEPTION 'a quote for an open call says which award it outlasts' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_names_award';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_outlasts_award BEFORE INSERT ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_outlasts_award();

CREATE FUNCTION quote_refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a quote never changes: send the next version (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER quote_immutable BEFORE DELETE OR UPDATE ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_refuse_change();
CREATE TRIGGER quote_line_immutable BEFORE DELETE OR UPDATE ON vouchers_quoteline FOR EACH ROW EXECUTE FUNCTION quote_refuse_change();

CREATE FUNCTION quote_request_in_time()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE bound timestamptz;
BEGIN
    SELECT r.closes_at INTO bound FROM vouchers_need n JOIN vouchers_round r ON r.id = n.round_id
        WHERE n.id = NEW.need_id AND r.match_timing = 'BEFORE_SUBMISSION' AND r.kind <> 'REHEARSAL';
    IF bound IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND (NEW.latest_at IS NULL OR NEW.latest_at > bound OR NEW.due_at > NEW.latest_at
                             OR NEW.created_at >= NEW.latest_at) THEN
        RAISE EXCEPTION 'an answer after % cannot be used in the application', NEW.latest_at
            USING ERRCODE = 'check_violation', CONSTRAINT = 'quote_request_in_time';
    END IF;
    IF NEW.due_at > bound THEN
        RAISE EXCEPTION 'an answer is due before the call closes' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'quote_request_before_close';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_request_in_time BEFORE INSERT OR UPDATE OF due_at, latest_at, need_id ON vouchers_quoterequest FOR EACH ROW EXECUTE FUNCTION quote_request_in_time();

CREATE FUNCTION quote_sums_equal_lines()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE the_quote bigint; supply numeric; taxable numeric; wanted_supply bigint; wanted_vat bigint;
BEGIN
    IF TG_TABLE_NAME = 'vouchers_quoteline' THEN the_quote := NEW.quote_id; ELSE the_quote := NEW.id; END IF;
    SELECT coalesce(sum(amount_won), 0), coalesce(sum(amount_won) FILTER (WHERE tax_kind = 'TAXABLE'), 0)
        INTO supply, taxable FROM vouchers_quoteline WHERE quote_id = the_quote;
    SELECT supply_amount_won, vat_won INTO wanted_supply, wanted_vat FROM vouchers_quote WHERE id = the_quote;
    IF supply <> wanted_supply OR div(taxable, 10) <> wanted_vat THEN
        RAISE EXCEPTION 'the sums of quote % do not equal its lines', the_quote USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER quote_line_sums AFTER INSERT ON vouchers_quoteline DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quote_sums_equal_lines();
CREATE CONSTRAINT TRIGGER quote_sums AFTER INSERT ON vouchers_quote DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION quote_sums_equal_lines();

CREATE FUNCTION quote_terms_differ(letter bigint, final bigint)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $$
    SELECT EXISTS (
        SELECT 1 FROM vouchers_quote a, vouchers_quote b WHERE a.id = letter AND b.id = final AND
            (a.access_mode, a.earliest_delivery_on, a.lead_time_days, a.assumptions)
            IS DISTINCT FROM (b.access_mode, b.earliest_delivery_on, b.lead_time_days, b.assumptions)
    ) OR EXISTS (
        SELECT kind, description, unit, quantity, data_holder_id, contracting_party_id, reviewing_board_id, payee_id, sum(side)
        FROM (SELECT l.*, CASE l.quote_id WHEN letter THEN 1 ELSE -1 END AS side FROM vouchers_quoteline l
              WHERE l.quote_id IN (letter, final)) x
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(side) <> 0
    )
$$;

CREATE FUNCTION ranking_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a ranking stays as it was made', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER matchfacts_append_only BEFORE DELETE OR UPDATE ON vouchers_matchfacts FOR EACH ROW EXECUTE FUNCTION ranking_refuse();
CREATE TRIGGER matchrun_append_only BEFORE DELETE OR UPDATE ON vouchers_matchrun FOR EACH ROW EXECUTE FUNCTION ranking_refuse();

CREATE FUNCTION receipt_begins()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'receipt %: it is reported first, and decided by a second person', NEW.ref
        USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_begins';
END $$;
CREATE TRIGGER receipt_begins BEFORE INSERT ON vouchers_receipt FOR EACH ROW WHEN (((new.status)::text <> 'REPORTED'::text)) EXECUTE FUNCTION receipt_begins();

CREATE FUNCTION receipt_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE came bigint; owed bigint;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a receipt is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.status <> 'REPORTED' OR (NEW.debt_id, NEW.amount_won, NEW.received_on, NEW.proof_id, NEW.reported_by_id,
        NEW.is_repayment) IS DISTINCT FROM (OLD.debt_id, OLD.amount_won, OLD.received_on, OLD.proof_id, OLD.reported_by_id, OLD.is_repayment)) THEN
        RAISE EXCEPTION 'receipt %: what was reported stays, and is decided once', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CONFIRMED' THEN
        SELECT coalesce(sum(CASE WHEN is_repayment THEN -principal_won ELSE principal_won END), 0) INTO came
            FROM vouchers_receipt WHERE debt_id = NEW.debt_id AND status = 'CONFIRMED' AND id <> coalesce(NEW.id, 0);
        SELECT principal_won INTO owed FROM vouchers_debt WHERE id = NEW.debt_id;
        IF NOT NEW.is_repayment AND came + NEW.principal_won > owed THEN
            RAISE EXCEPTION 'receipt %: % won would have come of % owed', NEW.ref, came + NEW.principal_won, owed
                USING ERRCODE = 'check_violation', CONSTRAINT = 'receipt_within_debt';
        END IF;
        IF NEW.is_repayment AND came - NEW.principal_won < owed THEN
            RAISE EXCEPTION 'receipt %: more would go back than came too much', NEW.ref
                USING ERRCODE = 'check_violation', CONSTRAINT = 'repayment_within_over';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER receipt_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_receipt FOR EACH ROW EXECUTE FUNCTION receipt_guard();

CREATE FUNCTION rehearsal_application_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT kind = 'REHEARSAL' FROM vouchers_round WHERE id = NEW.round_id)
       <> (SELECT is_rehearsal FROM vouchers_company WHERE id = NEW.company_id) THEN
        RAISE EXCEPTION 'test companies apply in rehearsals, and nobody else does' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_rehearsal_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_application_guard BEFORE INSERT OR UPDATE OF round_id, company_id ON vouchers_application FOR EACH ROW EXECUTE FUNCTION rehearsal_application_guard();

CREATE FUNCTION rehearsal_award_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT is_rehearsal FROM vouchers_company WHERE id =
            (SELECT company_id FROM vouchers_application WHERE id = NEW.application_id)) THEN
        RAISE EXCEPTION 'a rehearsal ends with its released selection' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'rehearsal_without_award';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_award_guard BEFORE INSERT ON vouchers_award FOR EACH ROW EXECUTE FUNCTION rehearsal_award_guard();

CREATE FUNCTION rehearsal_company_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'a test company stays one, and no other becomes one' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'company_rehearsal_stays';
END $$;
CREATE TRIGGER rehearsal_company_guard BEFORE UPDATE OF is_rehearsal ON vouchers_company FOR EACH ROW WHEN ((old.is_rehearsal <> new.is_rehearsal)) EXECUTE FUNCTION rehearsal_company_guard();

CREATE FUNCTION rehearsal_quote_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT is_rehearsal FROM vouchers_company WHERE id = (SELECT company_id FROM vouchers_need WHERE id = NEW.need_id)) THEN
        RAISE EXCEPTION 'a test company asks no provider' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'rehearsal_without_quote';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_quote_guard BEFORE INSERT ON vouchers_quoterequest FOR EACH ROW EXECUTE FUNCTION rehearsal_quote_guard();

CREATE FUNCTION rehearsal_without_money()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF (SELECT kind = 'REHEARSAL' FROM vouchers_round WHERE id = NEW.round_id) THEN
        RAISE EXCEPTION 'a rehearsal never has money' USING ERRCODE = 'check_violation', CONSTRAINT = 'rehearsal_without_money';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rehearsal_account_guard BEFORE INSERT OR UPDATE OF round_id ON vouchers_account FOR EACH ROW EXECUTE FUNCTION rehearsal_without_money();
CREATE TRIGGER rehearsal_ledger_guard BEFORE INSERT ON vouchers_ledgerevent FOR EACH ROW EXECUTE FUNCTION rehearsal_without_money();

CREATE FUNCTION round_budget_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE given bigint;
BEGIN
    SELECT -sum(balance_won) INTO given FROM vouchers_account WHERE round_id = NEW.id AND kind = 'TREASURY';
    IF given > coalesce(NEW.budget_won, 0) THEN
        RAISE EXCEPTION 'the ledger gave this call % won (round_budget_covers_ledger)', given
            USING ERRCODE = 'check_violation', CONSTRAINT = 'round_budget_covers_ledger';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_budget_guarded BEFORE UPDATE OF budget_won ON vouchers_round FOR EACH ROW WHEN ((COALESCE(new.budget_won, (0)::bigint) < COALESCE(old.budget_won, (0)::bigint))) EXECUTE FUNCTION round_budget_guard();

CREATE FUNCTION round_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    weights bigint;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.is_reference <> NEW.is_reference THEN
        RAISE EXCEPTION 'a reference round stays one, and no other becomes one' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.is_reference THEN
        RETURN NEW;
    END IF;
    IF NEW.status NOT IN ('DRAFT', 'REVIEW', 'CANCELLED')
       AND (TG_OP = 'INSERT' OR OLD.status IN ('DRAFT', 'REVIEW', 'CANCELLED')) THEN
        SELECT coalesce(sum(weight), 0) INTO weights FROM vouchers_criterion WHERE round_id = NEW.id;
        IF weights <> 100 THEN
            RAISE EXCEPTION 'the weights of the criteria add up to %, not 100', weights USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT 1 FROM vouchers_policyversion p WHERE p.round_id = NEW.id AND p.frozen_at IS NOT NULL) THEN
            RAISE EXCEPTION 'a round is announced with a frozen policy' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status NOT IN ('DRAFT', 'REVIEW') THEN
        IF NEW.status IN ('DRAFT', 'REVIEW') OR (OLD.status = 'CANCELLED' AND NEW.status <> 'CANCELLED') THEN
            RAISE EXCEPTION 'an announced or cancelled round does not go back' USING ERRCODE = 'check_violation';
        END IF;

        IF EXISTS (
            SELECT 1 FROM (VALUES
                ('closes_at', NEW.closes_at IS DISTINCT FROM OLD.closes_at),
                ('budget_won', NEW.budget_won IS DISTINCT FROM OLD.budget_won),
                ('summary_ko', NEW.summary_ko <> OLD.summary_ko), ('summary_en', NEW.summary_en <> OLD.summary_en),
                ('project_start_on', NEW.project_start_on IS DISTINCT FROM OLD.project_start_on),
                ('project_end_on', NEW.project_end_on IS DISTINCT FROM OLD.project_end_on)) AS part(name, changed)
            WHERE changed AND NOT EXISTS (
                SELECT 1 FROM vouchers_amendment a
                WHERE a.round_id = NEW.id AND a.made_at >= OLD.updated_at
                  AND a.changes @> jsonb_build_array(jsonb_build_object('what', part.name)))) THEN
            RAISE EXCEPTION 'an announced call changes only by an amendment' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'round_amended';
        END IF;
        IF NEW.title_ko <> OLD.title_ko OR NEW.title_en <> OLD.title_en
           OR (NEW.closes_at <> OLD.closes_at AND NEW.status <> 'ANNOUNCED') THEN
            RAISE EXCEPTION 'this of an announced call does not change' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.opens_at IS DISTINCT FROM OLD.opens_at OR NEW.closes_at < OLD.closes_at OR NEW.key <> OLD.key
           OR NEW.match_timing <> OLD.match_timing OR NEW.fiscal_year <> OLD.fiscal_year OR NEW.kind <> OLD.kind
           OR NEW.created_by_id IS DISTINCT FROM OLD.created_by_id
           OR NEW.announced_by_id IS DISTINCT FROM OLD.announced_by_id THEN
            RAISE EXCEPTION 'after the announcement a call may only close later' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_guarded BEFORE INSERT OR UPDATE ON vouchers_round FOR EACH ROW EXECUTE FUNCTION round_guard();

CREATE FUNCTION round_part_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
    touched bigint[];
BEGIN
    touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.round_id] WHEN 'DELETE' THEN ARRAY[OLD.round_id]
                          ELSE ARRAY[OLD.round_id, NEW.round_id] END;
    IF EXISTS (SELECT 1 FROM vouchers_round
               WHERE id = ANY(touched) AND status NOT IN ('DRAFT', 'REVIEW') AND NOT is_reference) THEN
        RAISE EXCEPTION 'the round was announced: its % cannot change', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER criterion_frozen BEFORE INSERT OR DELETE OR UPDATE ON vouchers_criterion FOR EACH ROW EXECUTE FUNCTION round_part_guard();
CREATE TRIGGER track_frozen BEFORE INSERT OR DELETE OR UPDATE ON vouchers_track FOR EACH ROW EXECUTE FUNCTION round_part_guard();

CREATE FUNCTION round_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF OLD.status NOT IN ('DRAFT', 'REVIEW') THEN
        RAISE EXCEPTION 'an announced round is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER round_never_deleted BEFORE DELETE ON vouchers_round FOR EACH ROW EXECUTE FUNCTION round_stays();

CREATE FUNCTION settlement_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a settlement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.confirmed_at IS NOT NULL AND ((NEW.agreement_id, NEW.company_id, NEW.round_id, NEW.paid_won, NEW.released_won,
        NEW.interest_won, NEW.proposed_by_id, NEW.confirmed_by_id, NEW.confirmed_at, NEW.verification_id, NEW.interest_proof_id)
        IS DISTINCT FROM (OLD.agreement_id, OLD.company_id, OLD.round_id, OLD.paid_won, OLD.released_won, OLD.interest_won,
        OLD.proposed_by_id, OLD.confirmed_by_id, OLD.confirmed_at, OLD.verification_id, OLD.interest_proof_id)
        OR NEW.refund_won > OLD.refund_won OR NEW.status NOT IN ('REFUND_DUE', 'CLOSED')) THEN
        RAISE EXCEPTION 'settlement %: a fixed amount stays, or is lowered', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.confirmed_at IS NOT NULL AND OLD.confirmed_at IS NULL AND EXISTS (
        SELECT 1 FROM vouchers_settlementline WHERE settlement_id = NEW.id
        AND (verdict = 'OPEN' OR judged_by_id = NEW.confirmed_by_id)) THEN
        RAISE EXCEPTION 'settlement %: a line is not judged, or was judged by who fixes the amount', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_judged_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_guard BEFORE DELETE OR UPDATE ON vouchers_settlement FOR EACH ROW EXECUTE FUNCTION settlement_guard();

CREATE FUNCTION settlement_line_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE fixed timestamptz;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a line of a settlement is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT confirmed_at INTO fixed FROM vouchers_settlement WHERE id = NEW.settlement_id;
    IF fixed IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.disallowed_won > OLD.disallowed_won
        OR (NEW.settlement_id, NEW.position, NEW.grant_won, NEW.own_cash_won, NEW.in_kind_won, NEW.vat_won, NEW.proof_id, NEW.judged_by_id,
            NEW.owed_by) IS DISTINCT FROM (OLD.settlement_id, OLD.position, OLD.grant_won, OLD.own_cash_won, OLD.in_kind_won, OLD.vat_won,
            OLD.proof_id, OLD.judged_by_id, OLD.owed_by)) THEN
        RAISE EXCEPTION 'line %: the amount is fixed', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER settlement_line_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_settlementline FOR EACH ROW EXECUTE FUNCTION settlement_line_guard();

CREATE FUNCTION sourcing_refuse()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was written stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sourcing_case_over BEFORE UPDATE ON vouchers_sourcingcase FOR EACH ROW WHEN (((old.closed_at IS NOT NULL) OR (old.need_id <> new.need_id))) EXECUTE FUNCTION sourcing_refuse();
CREATE TRIGGER sourcing_note_kept BEFORE DELETE OR UPDATE ON vouchers_sourcingnote FOR EACH ROW EXECUTE FUNCTION sourcing_refuse();
CREATE TRIGGER sourcing_proposal_kept BEFORE UPDATE ON vouchers_sourcingproposal FOR EACH ROW WHEN (((((((old.case_id IS DISTINCT FROM new.case_id) OR (old.institution_id IS DISTINCT FROM new.institution_id)) OR (old.dataset_id IS DISTINCT FROM new.dataset_id)) OR (old.reason IS DISTINCT FROM new.reason)) OR (old.proposed_by_id IS DISTINCT FROM new.proposed_by_id)) OR ((old.status)::text <> 'PROPOSED'::text))) EXECUTE FUNCTION sourcing_refuse();
CREATE TRIGGER sourcing_proposal_stays BEFORE DELETE ON vouchers_sourcingproposal FOR EACH ROW EXECUTE FUNCTION sourcing_refuse();

CREATE FUNCTION voucher_guard_end()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF NEW.status = OLD.status THEN
        RETURN NEW;
    END IF;
    IF OLD.status <> 'ISSUED' AND NOT (OLD.status IN ('SPENT', 'EXPIRED') AND NEW.status = 'ISSUED' AND EXISTS (
        SELECT 1 FROM vouchers_account WHERE kind = 'COMMITTED' AND owner_ref = NEW.ref AND balance_won > 0)) THEN
        RAISE EXCEPTION 'voucher %: it has ended already', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status IN ('SPENT', 'EXPIRED') AND EXISTS (
        SELECT 1 FROM vouchers_account WHERE kind = 'COMMITTED' AND owner_ref = NEW.ref AND balance_won <> 0) THEN
        RAISE EXCEPTION 'voucher %: money is still committed', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voucher_end_guard BEFORE UPDATE ON vouchers_voucher FOR EACH ROW EXECUTE FUNCTION voucher_guard_end();

CREATE FUNCTION year_closing_guard()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a close is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status IN ('CLOSED', 'DISCARDED') OR (NEW.fiscal_year, NEW.digest, NEW.expires_won, NEW.carries_won, NEW.rehearsed_by_id)
        IS DISTINCT FROM (OLD.fiscal_year, OLD.digest, OLD.expires_won, OLD.carries_won, OLD.rehearsed_by_id) THEN
        RAISE EXCEPTION 'close %: it stays as it was rehearsed', NEW.ref USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status = 'CLOSED' AND EXISTS (SELECT 1 FROM vouchers_closingline WHERE closing_id = NEW.id AND booked_at IS NULL) THEN
        RAISE EXCEPTION 'close %: a line is not booked', NEW.ref USING ERRCODE = 'check_violation', CONSTRAINT = 'year_closing_whole';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER year_closing_guard BEFORE DELETE OR UPDATE ON vouchers_yearclosing FOR EACH ROW EXECUTE FUNCTION year_closing_guard();
