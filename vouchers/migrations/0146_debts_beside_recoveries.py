"""What a termination takes back and did not come yet counts among what is owed of a voucher's money; words of carry-overs and orders."""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HELD = import_module("vouchers.migrations.0136_debts_within_paid")
CREATE = "CREATE FUNCTION debt_within_paid()"
BEFORE = HELD.FORWARD[: HELD.FORWARD.index("CREATE TRIGGER")].replace(CREATE, CREATE.replace("CREATE", "CREATE OR REPLACE"))
THERE = "    SELECT coalesce(sum(a.balance_won), 0) INTO held"
assert BEFORE.count(THERE) == 1
FORWARD = BEFORE.replace(
    THERE,
    """    owed := owed + (SELECT coalesce(sum(h.amount_won - h.recovered_won), 0) FROM vouchers_haltrecovery h
        JOIN vouchers_agreementhalt t ON t.id = h.halt_id WHERE t.agreement_id = NEW.agreement_id);
"""
    + THERE,
)
STATES = [
    ("DETECTED", "Detected, no notice yet"), ("NOTICED", "Prior notice given, opinion possible"), ("HEARD", "Opinion was given"),
    ("ORDERED", "Ordered back"), ("CLOSED", "Paid back"), ("CANCELLED", "Order cancelled"), ("DROPPED", "Not pursued"),
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0145_audit_samples"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations: ClassVar = [
        migrations.RunSQL(FORWARD, BEFORE),
        migrations.AlterField("carryover", "answer", models.TextField(blank=True, verbose_name="Reason of the decision")),
        migrations.AlterField(
            "carryover",
            "requested_by",
            models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Requested by",
            ),
        ),
        migrations.AlterField(
            "clawback", "status", models.CharField(choices=STATES, default="DETECTED", max_length=9, verbose_name="State")
        ),
    ]
