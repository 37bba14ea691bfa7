"""A milestone's money changes once only: by the check of a part that the company accepted, in proportion; and its rest is never lost.
What was promised is settled by the first submission, and a figure stays as it was handed in."""

import re
from importlib import import_module
from typing import ClassVar

from django.db import migrations

_FOUND = re.search(
    r"CREATE OR REPLACE FUNCTION milestone_guard\(\).*?\nEND \$\$;",
    import_module("vouchers.migrations.0095_agreement_changes_guards").FORWARD, re.DOTALL,
)  # fmt: skip
assert _FOUND is not None
BEFORE = _FOUND.group()
MONEY = """IF TG_OP = 'UPDATE' AND (NEW.amount_won <> OLD.amount_won OR NEW.grant_won <> OLD.grant_won OR NEW.vat_won <> OLD.vat_won
       OR NEW.uses_data"""
assert MONEY in BEFORE
PARTED = """IF TG_OP = 'UPDATE' AND OLD.planned_won IS NOT NULL AND (NEW.planned_won, NEW.accepted_won, NEW.missing)
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
       OR NEW.planned_won IS DISTINCT FROM OLD.planned_won OR NEW.uses_data"""
FORWARD = (
    BEFORE.replace(MONEY, PARTED)
    + """
CREATE FUNCTION milestone_rest_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_milestone r WHERE r.part_of_id = NEW.id AND r.agreement_id = NEW.agreement_id
                   AND r.institution_id = NEW.institution_id AND r.uses_data = NEW.uses_data
                   AND coalesce(r.planned_won, r.amount_won) = NEW.planned_won - NEW.amount_won) THEN
        RAISE EXCEPTION 'milestone %: the rest of what was accepted in part is missing', NEW.ref USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER milestone_rest_guard AFTER UPDATE OF planned_won ON vouchers_milestone DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.planned_won IS NOT NULL) EXECUTE FUNCTION milestone_rest_guard();

CREATE FUNCTION indicator_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE promised bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.milestone_id ELSE NEW.milestone_id END;
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (SELECT 1 FROM vouchers_milestone WHERE id = promised AND status <> 'PLANNED')
       OR EXISTS (SELECT 1 FROM vouchers_deliverable WHERE milestone_id = promised) THEN
        RAISE EXCEPTION 'what a milestone is measured by is settled once it was handed in' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER indicator_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_indicator
    FOR EACH ROW EXECUTE FUNCTION indicator_guard();

CREATE FUNCTION figure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a figure stays as it was handed in' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER figure_guard BEFORE UPDATE OR DELETE ON vouchers_figure FOR EACH ROW EXECUTE FUNCTION figure_guard();
DO $$ DECLARE one record; BEGIN
    FOR one IN
        SELECT DISTINCT grantee FROM information_schema.role_table_grants
        WHERE table_schema = current_schema() AND grantee NOT IN (current_user, 'PUBLIC') AND table_name = 'vouchers_agreementline'
          AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('REVOKE UPDATE, TRUNCATE ON vouchers_indicator FROM %I', one.grantee);
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON vouchers_figure FROM %I', one.grantee);
    END LOOP;
END $$;
"""
)
BACKWARD = f"""
DROP TRIGGER milestone_rest_guard ON vouchers_milestone;
DROP FUNCTION milestone_rest_guard();
DROP TRIGGER indicator_guard ON vouchers_indicator;
DROP FUNCTION indicator_guard();
DROP TRIGGER figure_guard ON vouchers_figure;
DROP FUNCTION figure_guard();
{BEFORE}
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0111_partial_acceptance")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
