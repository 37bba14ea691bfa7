"""An application that is evaluated again after an objection, by other people, gets a panel again: one about the same scores."""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_BEFORE = import_module("vouchers.migrations.0053_panel_guards").KEPT
_START = _BEFORE.index("FUNCTION evaluation_guard_panel()")
_PANEL = "CREATE OR REPLACE " + _BEFORE[_START : _BEFORE.index("END $$;", _START)] + "END $$;\n"
_PLACE = "    IF TG_OP = 'UPDATE' AND (OLD.status = 'CLOSED'"
assert _PANEL.count(_PLACE) == 1
ONCE = """    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM vouchers_panelphase p JOIN vouchers_assignment a
        ON a.application_id = p.application_id AND a.status IN ('SUBMITTED', 'LOCKED') AND a.submitted_at <= p.opened_at
        WHERE p.application_id = NEW.application_id) THEN
        RAISE EXCEPTION 'a panel about these scores was opened already' USING ERRCODE = 'restrict_violation';
    END IF;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0063_budget_covers_ledger")]
    operations: ClassVar = [
        migrations.AlterField(
            model_name="panelphase",
            name="application",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.application",
                verbose_name="Application",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelphase",
            constraint=models.UniqueConstraint(
                condition=Q(("status", "OPEN")), fields=("application",), name="panel_phase_one_open"
            ),
        ),
        migrations.RunSQL(_PANEL.replace(_PLACE, ONCE + _PLACE), _PANEL),
    ]
