-- What guards the tables of the journey, as migrations 0001 to 0062 leave it. Each function stands before its triggers.
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
        REVOKE UPDATE, DELETE, TRUNCATE ON vouchers_entry, vouchers_ledgerevent FROM portal_app;
    END IF;
END $$;

CREATE FUNCTION access_both_tracks() RETURNS trigger
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

CREATE FUNCTION agreement_completion_guard() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_milestone WHERE agreement_id = NEW.id AND status NOT IN ('ACCEPTED', 'REJECTED')) THEN
        RAISE EXCEPTION 'agreement %: a milestone of it is still open', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreement_completion_guard BEFORE UPDATE OF status ON vouchers_agreement FOR EACH ROW WHEN ((((new.status)::text = 'COMPLETED'::text) AND ((old.status)::text <> 'COMPLETED'::text))) EXECUTE FUNCTION agreement_completion_guard();

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
CREATE TRIGGER agreements_agreement_guard BEFORE DELETE OR UPDATE ON vouchers_agreement FOR EACH ROW EXECUTE FUNCTION agreements_guard_agreement();

CREATE FUNCTION agreements_guard_line() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
DECLARE state text;
BEGIN
    SELECT status INTO state FROM vouchers_agreement WHERE id = NEW.agreement_id;
    IF state <> 'DRAFTING' THEN
        RAISE EXCEPTION 'lines are written only in drafting (agreement is %)', state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agreements_line_in_draft BEFORE INSERT ON vouchers_agreementline FOR EACH ROW EXECUTE FUNCTION agreements_guard_line();

CREATE FUNCTION agreements_guard_party() RETURNS trigger
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

CREATE FUNCTION agreements_guard_provisional() RETURNS trigger
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
CREATE TRIGGER agreements_version_chain BEFORE INSERT ON vouchers_agreementversion FOR EACH ROW EXECUTE FUNCTION agreements_guard_version();

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
CREATE TRIGGER agreements_voucher_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_voucher FOR EACH ROW EXECUTE FUNCTION agreements_guard_voucher();

CREATE FUNCTION agreements_refuse_change() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'what was agreed does not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER agreements_line_immutable BEFORE DELETE OR UPDATE ON vouchers_agreementline FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE TRIGGER agreements_version_immutable BEFORE DELETE OR UPDATE ON vouchers_agreementversion FOR EACH ROW EXECUTE FUNCTION agreements_refuse_change();
CREATE TRIGGER agreements_version_no_truncate BEFORE TRUNCATE ON vouchers_agreementversion FOR EACH STATEMENT EXECUTE FUNCTION agreements_refuse_change();

CREATE FUNCTION amendment_guard() RETURNS trigger
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

CREATE FUNCTION application_guard() RETURNS trigger
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

CREATE FUNCTION application_match_guard() RETURNS trigger
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

CREATE FUNCTION application_no_delete() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION 'a submitted application is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER application_no_delete BEFORE DELETE ON vouchers_application FOR EACH ROW EXECUTE FUNCTION application_no_delete();

CREATE FUNCTION application_part_guard() RETURNS trigger
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

CREATE FUNCTION applications_guard_blind() RETURNS trigger
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

CREATE FUNCTION applications_guard_matches() RETURNS trigger
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

CREATE FUNCTION applications_guard_original() RETURNS trigger
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

CREATE FUNCTION attempt_guard() RETURNS trigger
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

CREATE FUNCTION attempt_release_guard() RETURNS trigger
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

CREATE FUNCTION certification_guard() RETURNS trigger
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

CREATE FUNCTION check_batch_line_guard() RETURNS trigger
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

CREATE FUNCTION company_guard() RETURNS trigger
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

CREATE FUNCTION company_request_guard() RETURNS trigger
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

CREATE FUNCTION disbursement_files_guard() RETURNS trigger
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
CREATE TRIGGER disbursement_files_guard BEFORE UPDATE OF status ON vouchers_disbursement FOR EACH ROW WHEN ((((new.status)::text = ANY ((ARRAY['COMPANY_CONFIRMED'::character varying, 'EVIDENCE_CHECKED'::character varying, 'APPROVED'::character varying, 'REGISTERED'::character varying])::text[])) AND ((new.status)::text IS DISTINCT FROM (old.status)::text))) EXECUTE FUNCTION disbursement_files_guard();

CREATE FUNCTION disbursement_guard() RETURNS trigger
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
                WHERE m.id = NEW.milestone_id AND g.status = 'TERMINATED'))) THEN
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
    IF milestone_status <> 'ACCEPTED' THEN
        RAISE EXCEPTION 'disbursement %: its milestone is not accepted', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disbursement_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_disbursement FOR EACH ROW EXECUTE FUNCTION disbursement_guard();

CREATE FUNCTION disbursement_guard_voucher() RETURNS trigger
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

CREATE FUNCTION disbursement_release_guard() RETURNS trigger
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

CREATE FUNCTION dossier_refuse_change() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a submitted dossier never changes (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER submitted_dossier_immutable BEFORE DELETE OR UPDATE ON vouchers_submitteddossier FOR EACH ROW EXECUTE FUNCTION dossier_refuse_change();
CREATE TRIGGER submitted_dossier_no_truncate BEFORE TRUNCATE ON vouchers_submitteddossier FOR EACH STATEMENT EXECUTE FUNCTION dossier_refuse_change();

CREATE FUNCTION evaluation_award_within() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_apart() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_aside() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_assignment() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
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

CREATE FUNCTION evaluation_guard_award() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_conflict() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_conflict_acts() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_letter() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a letter is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.line_id <> OLD.line_id OR NEW.how <> OLD.how OR NEW.address <> OLD.address THEN
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

CREATE FUNCTION evaluation_guard_panel() RETURNS trigger
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
    IF TG_OP = 'UPDATE' AND (OLD.status = 'CLOSED' OR NEW.application_id <> OLD.application_id
        OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by_id <> OLD.opened_by_id) THEN
        RAISE EXCEPTION 'a panel stays as it was opened, and closed once closed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_panel_guard BEFORE INSERT OR DELETE OR UPDATE ON vouchers_panelphase FOR EACH ROW EXECUTE FUNCTION evaluation_guard_panel();

CREATE FUNCTION evaluation_guard_penalty() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_reading() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_record() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_rerun() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_run() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_score() RETURNS trigger
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

CREATE FUNCTION evaluation_guard_versions() RETURNS trigger
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

CREATE FUNCTION evaluation_keep_assignment() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'an assignment is never deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_assignment_stays BEFORE DELETE ON vouchers_assignment FOR EACH ROW EXECUTE FUNCTION evaluation_keep_assignment();

CREATE FUNCTION evaluation_refuse_change() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a selection''s lines do not change (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_line_immutable BEFORE DELETE OR UPDATE ON vouchers_selectionline FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_change();

CREATE FUNCTION evaluation_refuse_version_change() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'versions of scores are append-only (%)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER evaluation_version_immutable BEFORE DELETE OR UPDATE ON vouchers_scoreversion FOR EACH ROW EXECUTE FUNCTION evaluation_refuse_version_change();

CREATE FUNCTION inquiry_guard() RETURNS trigger
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

CREATE FUNCTION late_entry_guard() RETURNS trigger
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

CREATE FUNCTION ledger_event_balanced() RETURNS trigger
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

CREATE FUNCTION ledger_guard_balance() RETURNS trigger
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

CREATE FUNCTION ledger_keep_balance() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE vouchers_account SET balance_won = balance_won + NEW.amount_won WHERE id = NEW.account_id;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_balance AFTER INSERT ON vouchers_entry FOR EACH ROW EXECUTE FUNCTION ledger_keep_balance();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_entry_immutable BEFORE DELETE OR UPDATE ON vouchers_entry FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON vouchers_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_immutable BEFORE DELETE OR UPDATE ON vouchers_ledgerevent FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_event_no_truncate BEFORE TRUNCATE ON vouchers_ledgerevent FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

CREATE FUNCTION match_stays_with_quote() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.quote_id <> OLD.quote_id OR NEW.need_id <> OLD.need_id OR NEW.institution_id <> OLD.institution_id THEN
        RAISE EXCEPTION 'a match stays with its need, quote and institution' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_identity BEFORE UPDATE ON vouchers_match FOR EACH ROW EXECUTE FUNCTION match_stays_with_quote();

CREATE FUNCTION milestone_files_guard() RETURNS trigger
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
CREATE TRIGGER milestone_files_guard BEFORE UPDATE OF status ON vouchers_milestone FOR EACH ROW WHEN ((((new.status)::text = ANY ((ARRAY['COMPANY_ACCEPTED'::character varying, 'ACCEPTED'::character varying])::text[])) AND ((new.status)::text IS DISTINCT FROM (old.status)::text))) EXECUTE FUNCTION milestone_files_guard();

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
CREATE TRIGGER milestone_guard BEFORE INSERT OR UPDATE ON vouchers_milestone FOR EACH ROW EXECUTE FUNCTION milestone_guard();

CREATE FUNCTION objections_guard() RETURNS trigger
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

CREATE FUNCTION objections_guard_document() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'the evidence of an objection stays as it was filed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER objections_document_guard BEFORE DELETE OR UPDATE ON vouchers_objectiondocument FOR EACH ROW EXECUTE FUNCTION objections_guard_document();

CREATE FUNCTION objections_guard_due() RETURNS trigger
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

CREATE FUNCTION policy_guard() RETURNS trigger
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

CREATE FUNCTION quote_refuse_change() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a quote never changes: send the next version (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER quote_immutable BEFORE DELETE OR UPDATE ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_refuse_change();
CREATE TRIGGER quote_line_immutable BEFORE DELETE OR UPDATE ON vouchers_quoteline FOR EACH ROW EXECUTE FUNCTION quote_refuse_change();

CREATE FUNCTION quote_sums_equal_lines() RETURNS trigger
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

CREATE FUNCTION rehearsal_application_guard() RETURNS trigger
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

CREATE FUNCTION rehearsal_award_guard() RETURNS trigger
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

CREATE FUNCTION rehearsal_company_guard() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a test company stays one, and no other becomes one' USING ERRCODE = 'check_violation',
        CONSTRAINT = 'company_rehearsal_stays';
END $$;
CREATE TRIGGER rehearsal_company_guard BEFORE UPDATE OF is_rehearsal ON vouchers_company FOR EACH ROW WHEN ((old.is_rehearsal <> new.is_rehearsal)) EXECUTE FUNCTION rehearsal_company_guard();

CREATE FUNCTION rehearsal_quote_guard() RETURNS trigger
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

CREATE FUNCTION rehearsal_without_money() RETURNS trigger
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

CREATE FUNCTION round_guard() RETURNS trigger
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

CREATE FUNCTION round_part_guard() RETURNS trigger
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

CREATE FUNCTION round_stays() RETURNS trigger
 LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.status NOT IN ('DRAFT', 'REVIEW') THEN
        RAISE EXCEPTION 'an announced round is never deleted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER round_never_deleted BEFORE DELETE ON vouchers_round FOR EACH ROW EXECUTE FUNCTION round_stays();

CREATE FUNCTION voucher_guard_end() RETURNS trigger
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
