"""What of an allocation is published holds at that moment: a proposal costs what its offer says, all together keep to the budget, and
what was left out is remembered with why. An allocation that keeps killing its workers is given up.
"""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION offer_proposal_costs() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER offer_proposal_costs BEFORE INSERT ON vouchers_offerproposal
    FOR EACH ROW EXECUTE FUNCTION offer_proposal_costs();
CREATE FUNCTION offer_proposal_budget() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER offer_proposal_budget AFTER INSERT ON vouchers_offerproposal REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION offer_proposal_budget();
"""
BACKWARD = """
DROP TRIGGER offer_proposal_budget ON vouchers_offerproposal;
DROP FUNCTION offer_proposal_budget();
DROP TRIGGER offer_proposal_costs ON vouchers_offerproposal;
DROP FUNCTION offer_proposal_costs();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0016_import_cursor"), ("vouchers", "0090_matches_released_unused")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="allocation",
            name="deaths",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="allocation",
            name="left_out",
            field=models.JSONField(default=list),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "PUBLISHED"), ("left_out", []), _connector="OR"), name="allocation_left_out"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("deaths__lt", 3), ("status", "FAILED"), _connector="OR"), name="allocation_deaths"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
