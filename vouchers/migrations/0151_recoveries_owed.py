"""What a termination takes back is owed as a debt, and one line of the bank's statement counts as one payment."""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

HELD = import_module("vouchers.migrations.0147_back_of_each")
CLAIMED = HELD.CLAIMED[: HELD.CLAIMED.index("CREATE FUNCTION paid_pot_won")]
WITHIN = HELD.CLAIMED[
    HELD.CLAIMED.index("CREATE OR REPLACE FUNCTION debt_within_paid") : HELD.CLAIMED.index("CREATE FUNCTION recovery_within")
]
THERE = "WHERE t.agreement_id = agreement)"
OWED = "    owed := claimed_back_won(NEW.agreement_id);\n"
assert CLAIMED.count(THERE) == WITHIN.count(OWED) == 1
BEFORE = CLAIMED.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + WITHIN
FORWARD = (
    BEFORE.replace(
        THERE, THERE[:-1] + "\n        AND NOT EXISTS (SELECT 1 FROM vouchers_debt o WHERE o.recovery_id = h.id))"
    ).replace(
        OWED,
        OWED
        + """    owed := owed - coalesce((SELECT h.amount_won - h.recovered_won FROM vouchers_haltrecovery h WHERE h.id = NEW.recovery_id
        AND NOT EXISTS (SELECT 1 FROM vouchers_debt o WHERE o.recovery_id = h.id)), 0);
""",
    )
    + """
CREATE FUNCTION debt_as_taken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM vouchers_haltrecovery h JOIN vouchers_agreementhalt t ON t.id = h.halt_id
        JOIN vouchers_agreementparty p ON p.id = h.party_id WHERE h.id = NEW.recovery_id AND t.agreement_id = NEW.agreement_id
        AND p.organisation_id = NEW.organisation_id AND h.amount_won - h.recovered_won = NEW.principal_won AND NEW.interest_won = 0) THEN
        RAISE EXCEPTION 'debt %: it is what the termination takes back of that party', NEW.ref
            USING ERRCODE = 'check_violation', CONSTRAINT = 'debt_as_taken';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debt_as_taken BEFORE INSERT ON vouchers_debt FOR EACH ROW WHEN (NEW.recovery_id IS NOT NULL)
    EXECUTE FUNCTION debt_as_taken();
"""
)
BACKWARD = f"""
DROP TRIGGER debt_as_taken ON vouchers_debt;
DROP FUNCTION debt_as_taken();
{BEFORE}
"""
NAMED = """
ALTER TABLE vouchers_receipt DISABLE TRIGGER receipt_guard;
UPDATE vouchers_receipt SET bank_ref = upper(ref) WHERE status = 'CONFIRMED';
ALTER TABLE vouchers_receipt ENABLE TRIGGER receipt_guard;
"""
KINDS = [
    ("REFUND", "Refund of a settlement"), ("CLAWBACK", "Money ordered back"), ("SURCHARGE", "Surcharge"),
    ("RECOVERY", "Money back after a termination"),
]  # fmt: skip


def _on(model: str, constraint: models.BaseConstraint) -> migrations.AddConstraint:
    return migrations.AddConstraint(model, constraint)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0150_quotes_hold")]
    operations: ClassVar = [
        migrations.AlterField("debt", "kind", models.CharField(choices=KINDS, max_length=10, verbose_name="What is owed")),
        migrations.AddField(
            "debt",
            "recovery",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.haltrecovery",
                verbose_name="After a termination",
            ),
        ),
        migrations.AddField(
            "receipt",
            "bank_ref",
            models.CharField(blank=True, default="", max_length=60, verbose_name="Reference of the bank's statement"),
            preserve_default=False,
        ),
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
        migrations.RemoveConstraint("debt", "debt_of_what"),
        _on(
            "debt",
            models.CheckConstraint(
                condition=Q(kind="REFUND", settlement__isnull=False, clawback__isnull=True, recovery__isnull=True)
                | Q(kind="RECOVERY", settlement__isnull=True, clawback__isnull=True, recovery__isnull=False)
                | ~Q(kind__in=["REFUND", "RECOVERY"]) & Q(settlement__isnull=True, clawback__isnull=False, recovery__isnull=True),
                name="debt_of_what",
            ),
        ),
        _on("debt", models.UniqueConstraint(fields=["recovery"], name="debt_one_of_a_recovery")),
        _on(
            "receipt", models.CheckConstraint(condition=~Q(status="CONFIRMED") | ~Q(bank_ref=""), name="receipt_on_the_statement")
        ),
        _on(
            "receipt", models.UniqueConstraint(fields=["bank_ref"], condition=~Q(bank_ref=""), name="receipt_statement_line_once")
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
