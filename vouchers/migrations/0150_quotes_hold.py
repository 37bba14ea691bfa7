"""Nothing is asked for, quoted or matched of data that cannot be had; a newer quote keeps what the one before promised and is accepted
before its call closes; who agrees for the research belongs to the institution on that day; why nothing was counted is chosen from a
list. Asked of what is written from now on."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION matching_of_open_data() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM providers_dataset d WHERE d.id = NEW.dataset_id AND d.status = 'AVAILABLE'
                   AND d.publication = 'PUBLISHED') THEN
        RAISE EXCEPTION '%: its dataset cannot be had now', NEW.ref USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_request_of_open_data BEFORE INSERT ON vouchers_quoterequest FOR EACH ROW
    WHEN (NEW.dataset_id IS NOT NULL) EXECUTE FUNCTION matching_of_open_data();
CREATE TRIGGER feasibility_of_open_data BEFORE INSERT ON vouchers_feasibilityquery FOR EACH ROW
    EXECUTE FUNCTION matching_of_open_data();

CREATE FUNCTION quote_of_open_data() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_quoterequest q JOIN providers_dataset d ON d.id = q.dataset_id
               WHERE q.id = NEW.request_id AND q.status <> 'ACCEPTED' AND d.status <> 'AVAILABLE') THEN
        RAISE EXCEPTION 'quote %: the dataset cannot be had now', NEW.ref USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_of_open_data BEFORE INSERT ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_of_open_data();

CREATE FUNCTION match_of_open_data() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_quote v JOIN vouchers_quoterequest q ON q.id = v.request_id
               JOIN providers_dataset d ON d.id = q.dataset_id WHERE v.id = NEW.quote_id AND d.status <> 'AVAILABLE') THEN
        RAISE EXCEPTION 'match %: the dataset cannot be had now', NEW.ref USING ERRCODE = 'check_violation',
            CONSTRAINT = 'match_of_open_data';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_of_open_data BEFORE INSERT ON vouchers_match FOR EACH ROW EXECUTE FUNCTION match_of_open_data();
CREATE TRIGGER match_confirmed_of_open_data BEFORE UPDATE OF status ON vouchers_match FOR EACH ROW
    WHEN (NEW.status = 'CONFIRMED' AND OLD.status = 'PROPOSED') EXECUTE FUNCTION match_of_open_data();

CREATE FUNCTION quote_keeps_commitment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_quote v JOIN vouchers_quoterequest q ON q.id = v.request_id
               WHERE v.request_id = NEW.request_id AND q.status = 'QUOTED' AND v.id <> NEW.id
                 AND v.number = (SELECT max(number) FROM vouchers_quote WHERE request_id = NEW.request_id AND id <> NEW.id)
                 AND v.valid_until >= (NEW.created_at AT TIME ZONE 'Asia/Seoul')::date
                 AND (NEW.supply_amount_won > v.supply_amount_won OR NEW.valid_until < v.valid_until
                      OR NEW.supply_amount_won + NEW.vat_won > v.supply_amount_won + v.vat_won
                      OR (NEW.band_min_won IS NOT NULL AND v.band_min_won IS NULL))) THEN
        RAISE EXCEPTION 'quote %: a version before it commits to less, or for longer', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER quote_keeps_commitment AFTER INSERT ON vouchers_quote FOR EACH ROW EXECUTE FUNCTION quote_keeps_commitment();

CREATE FUNCTION quote_draft_investigator_belongs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_quoterequest q JOIN providers_institution i ON i.id = q.institution_id
                   JOIN accounts_membership m ON m.organisation_id = i.organisation_id
                   WHERE q.id = NEW.request_id AND m.user_id = NEW.investigator_user_id AND m.status = 'ACTIVE') THEN
        RAISE EXCEPTION 'draft %: its investigator does not belong to the institution', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER quote_draft_investigator_belongs BEFORE UPDATE OF investigator_agreed_at ON vouchers_quotedraft FOR EACH ROW
    WHEN (OLD.investigator_agreed_at IS NULL AND NEW.investigator_agreed_by = 'ACCOUNT')
    EXECUTE FUNCTION quote_draft_investigator_belongs();

CREATE FUNCTION match_accepted_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE accepted timestamptz := coalesce(NEW.company_confirmed_at, NEW.created_at);
BEGIN
    IF EXISTS (SELECT 1 FROM vouchers_quote v JOIN vouchers_quoterequest q ON q.id = v.request_id JOIN vouchers_need n ON n.id = q.need_id
               LEFT JOIN vouchers_round r ON r.id = n.round_id
               WHERE v.id = NEW.quote_id AND (v.valid_until < (accepted AT TIME ZONE 'Asia/Seoul')::date
                     OR (q.latest_at IS NOT NULL AND r.match_timing = 'BEFORE_SUBMISSION' AND r.closes_at <= accepted))) THEN
        RAISE EXCEPTION 'match %: its quote can be accepted no more', NEW.ref USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER match_accepted_in_time BEFORE INSERT ON vouchers_match FOR EACH ROW EXECUTE FUNCTION match_accepted_in_time();

CREATE FUNCTION quote_request_moved_by_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'request %: only a question moves its due day beyond the last useful one', NEW.ref
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER quote_request_moved_by_question BEFORE UPDATE OF due_at ON vouchers_quoterequest FOR EACH ROW
    WHEN (NEW.due_at > OLD.due_at AND NEW.due_at > NEW.latest_at AND NEW.question = '')
    EXECUTE FUNCTION quote_request_moved_by_question();

CREATE FUNCTION feasibility_tells_no_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'question %: a number beside a band', NEW.ref USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE TRIGGER feasibility_tells_no_number BEFORE INSERT OR UPDATE OF reason ON vouchers_feasibilityquery FOR EACH ROW
    WHEN (NEW.reason ~ '[[:digit:]]') EXECUTE FUNCTION feasibility_tells_no_number();
"""
SAID_BEFORE = """
ALTER TABLE vouchers_feasibilityquery DISABLE TRIGGER feasibility_guard;
UPDATE vouchers_feasibilityquery SET reason_code = 'OTHER' WHERE status = 'REFUSED';
ALTER TABLE vouchers_feasibilityquery ENABLE TRIGGER feasibility_guard;
"""
REASONS = [
    ("CANNOT_SEARCH", "The conditions cannot be searched for in this data"),
    ("NOT_PERMITTED", "Counting needs a permission that the institution does not have before a review"),
    ("NO_STAFF", "Nobody can count within the time given"),
    ("DATA_MOVED", "The data is being rebuilt or moved at present"),
    ("OTHER", "Another reason"),
]
BACKWARD = """
DROP TRIGGER feasibility_tells_no_number ON vouchers_feasibilityquery;
DROP TRIGGER quote_request_moved_by_question ON vouchers_quoterequest;
DROP TRIGGER match_accepted_in_time ON vouchers_match;
DROP FUNCTION feasibility_tells_no_number();
DROP FUNCTION quote_request_moved_by_question();
DROP FUNCTION match_accepted_in_time();
DROP TRIGGER quote_draft_investigator_belongs ON vouchers_quotedraft;
DROP TRIGGER quote_keeps_commitment ON vouchers_quote;
DROP TRIGGER match_confirmed_of_open_data ON vouchers_match;
DROP TRIGGER match_of_open_data ON vouchers_match;
DROP TRIGGER quote_of_open_data ON vouchers_quote;
DROP TRIGGER feasibility_of_open_data ON vouchers_feasibilityquery;
DROP TRIGGER quote_request_of_open_data ON vouchers_quoterequest;
DROP FUNCTION quote_draft_investigator_belongs();
DROP FUNCTION quote_keeps_commitment();
DROP FUNCTION match_of_open_data();
DROP FUNCTION quote_of_open_data();
DROP FUNCTION matching_of_open_data();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0149_closed_for_good")]
    operations: ClassVar = [
        migrations.AddField(
            "feasibilityquery", "reason_code",
            models.CharField("Why it was not counted", blank=True, choices=REASONS, default="", max_length=16), preserve_default=False,
        ),
        migrations.RunSQL(SAID_BEFORE, migrations.RunSQL.noop),
        migrations.RemoveConstraint("feasibilityquery", "feasibility_refused_with_reason"),
        migrations.AddConstraint(
            "feasibilityquery",
            models.CheckConstraint(
                condition=~models.Q(status="REFUSED") | ~models.Q(reason_code=""), name="feasibility_refused_with_reason"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]  # fmt: skip
