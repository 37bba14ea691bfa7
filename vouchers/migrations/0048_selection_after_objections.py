"""A selection is run anew after an objection that was upheld; the database keeps the others' rights and the free budget."""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

_BEFORE = import_module("vouchers.migrations.0040_evaluation_conflict_guards")
ASIDE = (
    _BEFORE.UNLESS
    + """ AND NOT (OLD.status = 'LOCKED' AND NEW.status = 'SET_ASIDE' AND EXISTS (
            SELECT 1 FROM vouchers_application a JOIN vouchers_selectionrun r ON r.round_id = a.round_id
            WHERE a.id = NEW.application_id AND a.status = 'IN_EVALUATION' AND r.status = 'CONFIRMED'))"""
)
STAYS_ASIDE = """
CREATE FUNCTION evaluation_guard_aside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> OLD.status OR NEW.total IS DISTINCT FROM OLD.total OR NEW.comment <> OLD.comment
       OR NEW.submitted_at IS DISTINCT FROM OLD.submitted_at OR NEW.evaluator_id <> OLD.evaluator_id
       OR NEW.application_id <> OLD.application_id THEN
        RAISE EXCEPTION 'an evaluation that was set aside does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_aside_guard BEFORE UPDATE ON vouchers_assignment
    FOR EACH ROW WHEN (OLD.status = 'SET_ASIDE') EXECUTE FUNCTION evaluation_guard_aside();
"""
STAYS_ASIDE_BACK = """
DROP TRIGGER evaluation_aside_guard ON vouchers_assignment;
DROP FUNCTION evaluation_guard_aside();
"""
RERUN = """
CREATE FUNCTION evaluation_guard_rerun() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE before vouchers_selectionrun; verdict text; free numeric; wanted numeric;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.previous_id, NEW.cause_id) IS DISTINCT FROM (OLD.previous_id, OLD.cause_id) THEN
        RAISE EXCEPTION 'what a run follows and why does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.previous_id IS NULL THEN
        RETURN NEW;
    END IF;
    SELECT * INTO before FROM vouchers_selectionrun WHERE id = NEW.previous_id;
    IF before.round_id <> NEW.round_id OR before.status <> 'CONFIRMED' THEN
        RAISE EXCEPTION 'a run after an objection follows a confirmed run of its round' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT name INTO verdict FROM journal_event WHERE id = NEW.cause_id;
    IF verdict NOT IN ('objection.upheld', 'objection.partly_upheld') THEN
        RAISE EXCEPTION 'a run after an objection names the verdict that upheld it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.status <> 'CONFIRMED' OR (TG_OP = 'UPDATE' AND OLD.status = 'CONFIRMED') THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT 1 FROM vouchers_award w JOIN vouchers_application a ON a.id = w.application_id
               WHERE a.round_id = NEW.round_id AND w.status IN ('NOTIFIED', 'ACCEPTED', 'AGREEMENT_READY')
               AND NOT EXISTS (SELECT 1 FROM vouchers_selectionline l WHERE l.run_id = NEW.id
                   AND l.application_id = a.id AND l.outcome = 'SELECTED' AND l.grant_won = w.grant_won)) THEN
        RAISE EXCEPTION 'a run after an objection drops nobody who was selected' USING ERRCODE = 'restrict_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM vouchers_application a WHERE a.round_id = NEW.round_id AND a.status = 'RESERVE'
               AND NOT EXISTS (SELECT 1 FROM vouchers_selectionline l WHERE l.run_id = NEW.id
                   AND l.application_id = a.id AND l.outcome = 'RESERVE')) THEN
        RAISE EXCEPTION 'a run after an objection drops nobody from the reserve list' USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT coalesce(sum(l.grant_won), 0) INTO wanted FROM vouchers_selectionline l
        WHERE l.run_id = NEW.id AND l.outcome = 'SELECTED' AND l.decides;
    SELECT coalesce(sum(balance_won), 0) INTO free FROM vouchers_account WHERE round_id = NEW.round_id AND kind = 'AVAILABLE';
    IF wanted > free THEN
        RAISE EXCEPTION 'a run after an objection grants % won, % won are free', wanted, free USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER evaluation_rerun_guard BEFORE INSERT OR UPDATE ON vouchers_selectionrun
    FOR EACH ROW EXECUTE FUNCTION evaluation_guard_rerun();
"""
RERUN_BACK = """
DROP TRIGGER evaluation_rerun_guard ON vouchers_selectionrun;
DROP FUNCTION evaluation_guard_rerun();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("journal", "0007_notice_retracted"),
        ("vouchers", "0047_objections_put_off"),
    ]

    operations: ClassVar = [
        migrations.RemoveConstraint(
            model_name="selectionrun",
            name="selection_one_confirmed_per_round",
        ),
        migrations.AddField(
            model_name="selectionline",
            name="decides",
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name="selectionrun",
            name="cause",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="journal.event",
                verbose_name="Verdict on the objection",
            ),
        ),
        migrations.AddField(
            model_name="selectionrun",
            name="previous",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.selectionrun",
                verbose_name="Run after an objection to",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="status",
            field=models.CharField(
                choices=[
                    ("INVITED", "Invited to evaluate"),
                    ("ACCEPTED", "Accepted, no conflict"),
                    ("DECLINED", "Invitation declined"),
                    ("RECUSED", "Recused for a conflict"),
                    ("WITHDRAWN", "Taken back by the officer"),
                    ("SUBMITTED", "Scores handed in"),
                    ("LOCKED", "Locked"),
                    ("SET_ASIDE", "Set aside after an objection"),
                ],
                default="INVITED",
                max_length=10,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="selectionline",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("WITHIN", "Within slots and budget"),
                    ("BY_POOL", "Selected for the quota of a pool"),
                    ("BELOW_MARK", "Below the pass mark"),
                    ("NO_MATCH", "No confirmed match"),
                    ("NO_GRANT", "No grant applied for"),
                    ("OVER_CAP", "Grant above the ceiling of the track"),
                    ("SLOTS_FULL", "Slots of the track are full"),
                    ("BUDGET_SHORT", "The budget does not suffice"),
                    ("POOL_PLACE", "The quota of a pool took the place"),
                    ("FREE_PLACE", "After an objection: a free place"),
                    ("NO_FREE_SLOT", "After an objection: no free place left"),
                    ("NO_FREE_WON", "After an objection: the budget that is left does not suffice"),
                    ("KEPT", "After an objection: the earlier result stays"),
                    ("PROMOTED", "Moved up from the reserve list"),
                ],
                max_length=12,
                verbose_name="Ground",
            ),
        ),
        migrations.AddConstraint(
            model_name="selectionrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("previous__isnull", True), ("status", "CONFIRMED")),
                fields=("round",),
                name="selection_one_first_per_round",
            ),
        ),
        migrations.AddConstraint(
            model_name="selectionrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "CONFIRMED")), fields=("previous",), name="selection_one_after_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="selectionrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cause__isnull", True), ("previous__isnull", True)),
                    models.Q(("cause__isnull", False), ("previous__isnull", False)),
                    _connector="OR",
                ),
                name="selection_rerun_has_cause",
            ),
        ),
        migrations.RunSQL(_BEFORE.STAYS.format(unless=ASIDE), _BEFORE.STAYS.format(unless=_BEFORE.UNLESS)),
        migrations.RunSQL(STAYS_ASIDE, STAYS_ASIDE_BACK),
        migrations.RunSQL(RERUN, RERUN_BACK),
    ]
