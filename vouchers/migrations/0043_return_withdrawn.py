"""A person's word that a transfer came back may be taken back by another one, as long as the bank's statement does not show it.

The transfer then waits for a person again, and its payment counts as registered, whatever became of it meanwhile.
"""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RELEASED = import_module("vouchers.migrations.0030_payments_released_guards")
ENDS = import_module("vouchers.migrations.0019_voucher_ends")
SHOWN = import_module("vouchers.migrations.0042_payments_shown_back")
PARKED = "EXISTS (SELECT 1 FROM vouchers_paymentattempt WHERE disbursement_id = NEW.id AND state = 'PARKED')"


def _replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def _function(text: str, name: str) -> str:
    start = text.index(f"FUNCTION {name}()")
    return "CREATE OR REPLACE " + text[start : text.index("END $$;", start)] + "END $$;\n"


ATTEMPT = _replaced(
    RELEASED.ATTEMPT,
    "('REFUSED', 'SENT_BACK')))\n",
    """('REFUSED', 'SENT_BACK'))
               AND NOT (OLD.state = 'SENT_BACK' AND NEW.state = 'PARKED' AND OLD.shown_back_at IS NULL
                        AND OLD.resolved_by_id IS NOT NULL AND NEW.withdrawn_by_id IS NOT NULL
                        AND NEW.withdrawn_by_id NOT IN (OLD.resolved_by_id, NEW.approved_by_id, NEW.registered_by_id)))
""",
)
DISBURSEMENT = _replaced(
    _replaced(
        RELEASED.DISBURSEMENT,
        "IF NEW.status = 'REGISTERED' AND EXISTS (",
        f"IF NEW.status = 'REGISTERED' AND NOT {PARKED} AND EXISTS (",
    ),
    "IF OLD.status = 'CLOSED' OR (",
    f"IF (OLD.status = 'CLOSED' AND NOT (NEW.status = 'REGISTERED' AND {PARKED})) OR (",
)
VOUCHER = _replaced(
    _function(ENDS.FORWARD, "disbursement_guard_voucher"),
    "IF TG_OP = 'UPDATE' AND NEW.status = OLD.status THEN",
    f"IF TG_OP = 'UPDATE' AND (NEW.status = OLD.status OR (NEW.status = 'REGISTERED' AND {PARKED})) THEN",
)
FILES = _replaced(
    _function(SHOWN.FORWARD, "disbursement_files_guard"),
    "BEGIN\n",
    f"BEGIN\n    IF NEW.status = 'REGISTERED' AND {PARKED} THEN\n        RETURN NEW;\n    END IF;\n",
)
BACKWARD = (
    RELEASED.ATTEMPT
    + RELEASED.DISBURSEMENT
    + _function(ENDS.FORWARD, "disbursement_guard_voucher")
    + _function(SHOWN.FORWARD, "disbursement_files_guard")
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0042_payments_shown_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.AddField(
            model_name="paymentattempt",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL,
                verbose_name="Statement withdrawn by",
            ),
        ),
        migrations.RunSQL(ATTEMPT + DISBURSEMENT + VOUCHER + FILES, BACKWARD),
    ]  # fmt: skip
