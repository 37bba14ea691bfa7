"""What the database itself guards in applications.

Receipt numbers come from a sequence. A submission is compared with the round's own window inside the database, what was
handed in is frozen (amounts move only in a draft or a supplement, answers and files likewise), a grant never exceeds its
track's ceiling, and a certification is never rewritten into somebody else's.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE SEQUENCE vouchers_application_receipt;

CREATE FUNCTION application_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    opens timestamptz;
    closes timestamptz;
    ceiling bigint;
BEGIN
    IF NEW.submitted_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.submitted_at IS NULL) THEN
        SELECT opens_at, closes_at INTO opens, closes FROM vouchers_round WHERE id = NEW.round_id;
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
             NEW.company_size, NEW.policy_version_id)
            IS DISTINCT FROM
            (OLD.submitted_at, OLD.submitted_by_id, OLD.receipt_no, OLD.deadline_at, OLD.company_snapshot, OLD.region,
             OLD.company_size, OLD.policy_version_id)
        ) THEN
            RAISE EXCEPTION 'what was handed in is frozen' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'application_submission_frozen';
        END IF;
        IF OLD.status NOT IN ('DRAFT', 'SUPPLEMENT_REQUESTED') AND (
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
CREATE TRIGGER application_guard BEFORE INSERT OR UPDATE ON vouchers_application
    FOR EACH ROW EXECUTE FUNCTION application_guard();

CREATE FUNCTION application_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.submitted_at IS NOT NULL THEN
        RAISE EXCEPTION 'a submitted application is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER application_no_delete BEFORE DELETE ON vouchers_application
    FOR EACH ROW EXECUTE FUNCTION application_no_delete();

CREATE FUNCTION application_part_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    state text;
BEGIN
    SELECT status INTO state FROM vouchers_application WHERE id = OLD.application_id;
    IF state NOT IN ('DRAFT', 'SUPPLEMENT_REQUESTED') THEN
        RAISE EXCEPTION '% of an application that was handed in is frozen', TG_TABLE_NAME USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_parts_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER application_section_frozen BEFORE UPDATE OF answers ON vouchers_applicationsection
    FOR EACH ROW WHEN (OLD.answers IS DISTINCT FROM NEW.answers) EXECUTE FUNCTION application_part_guard();
CREATE TRIGGER application_section_kept BEFORE DELETE ON vouchers_applicationsection
    FOR EACH ROW EXECUTE FUNCTION application_part_guard();
CREATE TRIGGER application_document_frozen BEFORE UPDATE OR DELETE ON vouchers_applicationdocument
    FOR EACH ROW EXECUTE FUNCTION application_part_guard();

CREATE FUNCTION certification_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER certification_guard BEFORE UPDATE ON vouchers_certification
    FOR EACH ROW EXECUTE FUNCTION certification_guard();
"""

BACKWARD = """
DROP TRIGGER certification_guard ON vouchers_certification;
DROP FUNCTION certification_guard();
DROP TRIGGER application_document_frozen ON vouchers_applicationdocument;
DROP TRIGGER application_section_kept ON vouchers_applicationsection;
DROP TRIGGER application_section_frozen ON vouchers_applicationsection;
DROP FUNCTION application_part_guard();
DROP TRIGGER application_no_delete ON vouchers_application;
DROP FUNCTION application_no_delete();
DROP TRIGGER application_guard ON vouchers_application;
DROP FUNCTION application_guard();
DROP SEQUENCE vouchers_application_receipt;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0005_matching_guards")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
