"""Of a year that is closed, what a termination frees expires instead of going back to the call: that is what was shown, too."""

import re
from importlib import import_module
from typing import ClassVar

from django.db import migrations

JOINED = import_module("vouchers.migrations.0135_agreement_joining_guards").FORWARD
FOUND = re.search(r"CREATE OR REPLACE FUNCTION agreements_guard_halt\(\).*?\nEND \$\$;", JOINED, re.DOTALL)
assert FOUND is not None
BEFORE = FOUND.group()
BOOKED = "IS DISTINCT FROM ('RELEASED', NEW.released_won, booked.ref) THEN"
assert BOOKED in BEFORE
FORWARD = BEFORE.replace(
    BOOKED,
    f"{BOOKED.removesuffix(' THEN')}\n           AND (booked.kind, booked.amount_won, booked.subject_ref) IS DISTINCT FROM ('EXPIRED', NEW.released_won, booked.ref) THEN",
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0140_clawback_rulings")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BEFORE)]
