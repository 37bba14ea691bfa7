"""A quote is asked for and answered in time for the application, it outlasts the award, and an ended application holds no capacity.

The last useful moment (`latest_at`) and the award (`award_on`) are reckoned in working days by the action; the database sees that
they are there where the call bounds them, and that nothing is due, sent or freed against them.
"""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION quote_request_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER quote_request_in_time BEFORE INSERT OR UPDATE OF due_at, latest_at, need_id ON vouchers_quoterequest
    FOR EACH ROW EXECUTE FUNCTION quote_request_in_time();

CREATE FUNCTION quote_outlasts_award() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER quote_outlasts_award BEFORE INSERT ON vouchers_quote
    FOR EACH ROW EXECUTE FUNCTION quote_outlasts_award();

CREATE FUNCTION match_released_unused() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER match_released_unused BEFORE UPDATE OF status ON vouchers_match
    FOR EACH ROW WHEN (NEW.status = 'RELEASED') EXECUTE FUNCTION match_released_unused();
CREATE FUNCTION match_released_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'match %: what was released stays released', OLD.id USING ERRCODE = 'check_violation',
        CONSTRAINT = 'match_released_stays';
END $$;
CREATE TRIGGER match_released_stays BEFORE UPDATE OF status ON vouchers_match
    FOR EACH ROW WHEN (OLD.status = 'RELEASED') EXECUTE FUNCTION match_released_stays();

CREATE FUNCTION application_match_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM vouchers_match WHERE id = NEW.match_id FOR UPDATE;
    IF (SELECT status FROM vouchers_match WHERE id = NEW.match_id) = 'RELEASED' THEN
        RAISE EXCEPTION 'match %: it was released', NEW.match_id USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_match_released';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_match_released BEFORE INSERT ON vouchers_applicationmatch
    FOR EACH ROW EXECUTE FUNCTION application_match_released();
"""
BACKWARD = """
DROP TRIGGER application_match_released ON vouchers_applicationmatch;
DROP FUNCTION application_match_released();
DROP TRIGGER match_released_stays ON vouchers_match;
DROP FUNCTION match_released_stays();
DROP TRIGGER match_released_unused ON vouchers_match;
DROP FUNCTION match_released_unused();
DROP TRIGGER quote_outlasts_award ON vouchers_quote;
DROP FUNCTION quote_outlasts_award();
DROP TRIGGER quote_request_in_time ON vouchers_quoterequest;
DROP FUNCTION quote_request_in_time();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0075_letters_keep_their_content")]
    operations: ClassVar = [
        migrations.AddField("quoterequest", "latest_at", models.DateTimeField(null=True)),
        migrations.AddField("quote", "award_on", models.DateField(null=True)),
        migrations.AddConstraint(
            "quote",
            models.CheckConstraint(
                condition=models.Q(("award_on__isnull", True), ("valid_until__gte", models.F("award_on")), _connector="OR"),
                name="quote_reaches_award",
            ),
        ),
        migrations.AlterField(
            "match",
            "status",
            models.CharField(
                choices=[
                    ("PROPOSED", "Waiting for both confirmations"),
                    ("CONFIRMED", "Confirmed by both"),
                    ("CANCELLED", "Cancelled"),
                    ("RELEASED", "Released, the application ended"),
                ],
                default="PROPOSED",
                max_length=10,
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
