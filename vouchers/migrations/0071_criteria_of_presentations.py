"""A criterion is scored by the documents or by the presentation. One of the presentation has points only once that was held; of an
absent company it counts 0, unless the policy says otherwise; who attended stays as long as such points stand. Sheets go back to
their evaluators when the attendance is corrected.
"""

from importlib import import_module
from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

_BEFORE = import_module("vouchers.migrations.0048_selection_after_objections").ASIDE
_PANEL = import_module("vouchers.migrations.0053_panel_guards")
_ASSIGNMENT: str = _PANEL.ASSIGNMENT.format(unless=_BEFORE, panel=_PANEL.TOTAL_IN_PANEL, unlocked=_PANEL.UNLOCKED)
_PLACE = "BEGIN\n    IF OLD.status IN ('SUBMITTED', 'LOCKED') AND ("
assert _ASSIGNMENT.count(_PLACE) == 1
HANDED_BACK = """BEGIN
    IF OLD.status = 'SUBMITTED' AND NEW.status = 'ACCEPTED' AND NEW.total IS NULL AND NEW.submitted_at IS NULL
       AND NEW.comment = OLD.comment AND NEW.evaluator_id = OLD.evaluator_id AND NEW.application_id = OLD.application_id
       AND NOT EXISTS (SELECT 1 FROM vouchers_panelphase p WHERE p.application_id = NEW.application_id AND p.status = 'OPEN')
       AND EXISTS (SELECT 1 FROM vouchers_criterion c JOIN vouchers_application a ON a.round_id = c.round_id
                   WHERE a.id = NEW.application_id AND c.stage = 'PRESENTATION') THEN
        RETURN NEW;
    END IF;
"""
GUARDS = """
CREATE FUNCTION presentation_absence(the_round bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT body->>'presentation_absence' FROM vouchers_policyversion WHERE round_id = the_round
                     ORDER BY number DESC LIMIT 1), 'ZERO')
$$;

CREATE FUNCTION evaluation_presented_first() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE the_round bigint; held text;
BEGIN
    SELECT round_id INTO the_round FROM vouchers_criterion WHERE id = NEW.criterion_id AND stage = 'PRESENTATION';
    IF the_round IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT s.status INTO held FROM vouchers_presentationslot s JOIN vouchers_assignment a ON a.application_id = s.application_id
        WHERE a.id = NEW.assignment_id AND s.status IN ('ATTENDED', 'MISSED') FOR SHARE OF s;
    IF held IS NULL THEN
        RAISE EXCEPTION 'a criterion of the presentation is scored once it was held' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'score_after_presentation';
    END IF;
    IF held = 'MISSED' AND NEW.points <> 0 AND presentation_absence(the_round) = 'ZERO' THEN
        RAISE EXCEPTION 'the company was absent: a criterion of the presentation counts 0 points'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'score_of_absent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_presented_first BEFORE INSERT OR UPDATE ON vouchers_score
    FOR EACH ROW WHEN (NEW.points IS NOT NULL) EXECUTE FUNCTION evaluation_presented_first();

CREATE FUNCTION presentation_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF presentation_absence((SELECT round_id FROM vouchers_application WHERE id = NEW.application_id)) = 'ZERO' AND EXISTS (
        SELECT 1 FROM vouchers_score s JOIN vouchers_assignment a ON a.id = s.assignment_id
        JOIN vouchers_criterion c ON c.id = s.criterion_id
        WHERE a.application_id = NEW.application_id AND a.status IN ('ACCEPTED', 'SUBMITTED', 'LOCKED')
          AND c.stage = 'PRESENTATION' AND s.points IS NOT NULL) THEN
        RAISE EXCEPTION 'who attended stays as long as points for the presentation stand' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_record_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER presentation_record_stays BEFORE UPDATE OF status ON vouchers_presentationslot
    FOR EACH ROW WHEN (OLD.status IN ('ATTENDED', 'MISSED') AND NEW.status <> OLD.status)
    EXECUTE FUNCTION presentation_record_stays();
"""
BACK = """
DROP TRIGGER presentation_record_stays ON vouchers_presentationslot;
DROP FUNCTION presentation_record_stays();
DROP TRIGGER evaluation_presented_first ON vouchers_score;
DROP FUNCTION evaluation_presented_first();
DROP FUNCTION presentation_absence(bigint);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0070_no_panel_on_locked_scores")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="criterion",
            name="stage",
            field=models.CharField(
                choices=[("DOCUMENT", "Evaluation of the documents"), ("PRESENTATION", "Presentation")],
                default="DOCUMENT",
                max_length=12,
                verbose_name="Scored by",
            ),
        ),
        migrations.AlterModelOptions(
            name="criterion",
            options={
                "ordering": ["stage", "position", "id"],
                "verbose_name": "criterion",
                "verbose_name_plural": "criteria",
            },
        ),
        migrations.AddConstraint(
            model_name="criterion",
            constraint=models.CheckConstraint(condition=Q(stage__in=["DOCUMENT", "PRESENTATION"]), name="criterion_stage_known"),
        ),
        migrations.RunSQL(_ASSIGNMENT.replace(_PLACE, HANDED_BACK + _PLACE.removeprefix("BEGIN\n")), _ASSIGNMENT),
        migrations.RunSQL(GUARDS, BACK),
    ]
