"""What was never handed in may be emptied, in whatever state it ended; what was handed in stays as frozen as before."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models

BEFORE = import_module("vouchers.migrations.0006_applications_guards").FORWARD


def _function(name: str) -> str:
    """The function as it was made, to be made anew."""
    start = BEFORE.index(f"CREATE FUNCTION {name}()")
    return BEFORE[start : BEFORE.index("END $$;", start)].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + "END $$;\n"


WHOLE, PART = _function("application_guard"), _function("application_part_guard")
NEW_WHOLE = WHOLE.replace(
    "IF OLD.status NOT IN ('DRAFT', 'SUPPLEMENT_REQUESTED') AND (",
    "IF OLD.submitted_at IS NOT NULL AND OLD.status NOT IN ('DRAFT', 'SUPPLEMENT_REQUESTED') AND (",
)
NEW_PART = PART.replace("state text;", "state text; handed_in timestamptz;").replace(
    "SELECT status INTO state FROM", "SELECT status, submitted_at INTO state, handed_in FROM"
)
NEW_PART = NEW_PART.replace("IF state NOT IN", "IF handed_in IS NOT NULL AND state NOT IN")
assert NEW_WHOLE != WHOLE and NEW_PART.count("handed_in") == 3, "the guards that are replaced read as they did"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0033_disbursement_tax_words")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="application",
            name="forgotten_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(NEW_WHOLE + NEW_PART, WHOLE + PART),
    ]
