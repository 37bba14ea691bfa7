"""A match stands in one living application alone: what another one handed in and gets back should its supplement never come is
taken, too. Checked under the match's own lock.
"""

from typing import ClassVar

from django.db import migrations

FORWARD = """
CREATE FUNCTION application_match_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER application_match_guard BEFORE INSERT ON vouchers_applicationmatch
    FOR EACH ROW EXECUTE FUNCTION application_match_guard();
"""
BACKWARD = """
DROP TRIGGER application_match_guard ON vouchers_applicationmatch;
DROP FUNCTION application_match_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0037_penalty_records")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
