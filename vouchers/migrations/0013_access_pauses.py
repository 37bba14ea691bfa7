"""The boards' clocks stand while the company revises; a milestone's reviews are those of the matches it is paid for."""

from typing import ClassVar

from django.db import migrations, models

GUARD = """
CREATE OR REPLACE FUNCTION milestone_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE agreed record; planned record;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.amount_won <> OLD.amount_won OR NEW.grant_won <> OLD.grant_won OR NEW.vat_won <> OLD.vat_won
       OR NEW.uses_data <> OLD.uses_data OR NEW.institution_id <> OLD.institution_id
       OR NEW.agreement_id <> OLD.agreement_id) THEN
        RAISE EXCEPTION 'milestone %: its money, provider and use of data never change', NEW.ref
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.uses_data AND NEW.status IN ('SUBMITTED', 'COMPANY_ACCEPTED', 'ACCEPTED')
       AND (TG_OP = 'INSERT' OR NEW.status IS DISTINCT FROM OLD.status) AND {reviews} THEN
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
"""
ALLOWED = """r.status NOT IN ('WITHDRAWN', 'REFUSED', 'DRAFT')
            AND e.status IN ('EXEMPTION_CONFIRMED', 'APPROVED') AND d.status IN ('APPROVED', 'RECOGNISED', 'WAIVED')"""
REQUESTS = """vouchers_accessrequest r JOIN vouchers_ethicsreview e ON e.request_id = r.id
            JOIN vouchers_datareview d ON d.request_id = r.id"""
BY_MATCH = f"""(
        NOT EXISTS (SELECT 1 FROM vouchers_agreementline l
            WHERE l.agreement_id = NEW.agreement_id AND l.payee_id = NEW.institution_id)
        OR EXISTS (SELECT 1 FROM vouchers_agreementline l
            WHERE l.agreement_id = NEW.agreement_id AND l.payee_id = NEW.institution_id
            AND NOT EXISTS (SELECT 1 FROM {REQUESTS} WHERE r.match_id = l.match_id AND {ALLOWED})))"""
BY_COMPANY = f"""NOT EXISTS (SELECT 1 FROM {REQUESTS} JOIN vouchers_accesscase c ON c.id = r.case_id
            JOIN vouchers_agreement a ON a.id = NEW.agreement_id
            WHERE r.institution_id = NEW.institution_id AND c.company_id = a.company_id AND {ALLOWED})"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0012_evaluation_unfinished_scores")]
    operations: ClassVar = [
        *(
            migrations.AddField(model_name=model, name=name, field=field)
            for model in ("ethicsreview", "datareview")
            for name, field in (
                ("paused_at", models.DateTimeField(null=True)), ("paused_days", models.PositiveIntegerField(default=0)),
            )
        ),
        migrations.RunSQL(GUARD.replace("{reviews}", BY_MATCH), GUARD.replace("{reviews}", BY_COMPANY)),
    ]  # fmt: skip
