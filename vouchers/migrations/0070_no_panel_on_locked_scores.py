"""No panel opens on scores that a proposed selection locked; no application goes to evaluators before its round is in evaluation;
nobody is on record as present or absent before a presentation began.
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models
from django.db.models import F, Q

_PANEL: str = import_module("vouchers.migrations.0064_panel_anew").Migration.operations[-1].sql
_PLACE = "    IF TG_OP = 'UPDATE' AND (OLD.status = 'CLOSED'"
assert _PANEL.count(_PLACE) == 1
LOCKED = """    IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM vouchers_assignment a
        WHERE a.application_id = NEW.application_id AND a.status = 'LOCKED') THEN
        RAISE EXCEPTION 'no panel opens on scores that are locked' USING ERRCODE = 'restrict_violation';
    END IF;
"""
BEGUN = """
CREATE FUNCTION application_evaluation_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT status FROM vouchers_round WHERE id = NEW.round_id) IN ('DRAFT', 'REVIEW', 'ANNOUNCED', 'CANCELLED') THEN
        RAISE EXCEPTION 'an application goes to evaluators once its round is in evaluation' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'application_evaluation_begun';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER application_evaluation_begun BEFORE UPDATE OF status ON vouchers_application
    FOR EACH ROW WHEN (NEW.status = 'IN_EVALUATION' AND OLD.status <> 'IN_EVALUATION')
    EXECUTE FUNCTION application_evaluation_begun();
"""
BACK = """
DROP TRIGGER application_evaluation_begun ON vouchers_application;
DROP FUNCTION application_evaluation_begun();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0069_late_entries_decided_by_approvers")]
    operations: ClassVar = [
        migrations.RunSQL(_PANEL.replace(_PLACE, LOCKED + _PLACE), _PANEL),
        migrations.RunSQL(BEGUN, BACK),
        migrations.AddConstraint(
            model_name="presentationslot",
            constraint=models.CheckConstraint(
                condition=Q(recorded_at__isnull=True) | Q(recorded_at__gte=F("starts_at")),
                name="presentation_attended_once_begun",
            ),
        ),
    ]
