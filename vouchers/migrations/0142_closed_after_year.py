"""A payment whose fiscal year is over may be closed too, by the day on which it is written."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

HELD = import_module("vouchers.migrations.0133_advances_guards")
BEFORE = HELD.BEFORE.replace(HELD.ACCEPTED, "IF milestone_status <> 'ACCEPTED' AND NEW.kind <> 'ADVANCE' THEN")
ENDED = "WHERE m.id = NEW.milestone_id AND g.status = 'TERMINATED'"
OVER = """JOIN vouchers_round r ON r.id = g.round_id
                WHERE m.id = NEW.milestone_id AND (g.status = 'TERMINATED'
                    OR (NEW.updated_at AT TIME ZONE 'Asia/Seoul')::date > make_date(r.fiscal_year, 12, 31))"""
assert BEFORE.count(ENDED) == 1
FORWARD = BEFORE.replace(ENDED, OVER)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0141_halts_after_the_year")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BEFORE)]
