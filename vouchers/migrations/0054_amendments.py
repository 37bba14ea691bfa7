"""Amendments of announced calls: append-only; what an announced call says changes only with one, a policy only in its days."""

from importlib import import_module
from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

_BEFORE = import_module("vouchers.migrations.0002_rounds_guards").FORWARD


def _function(name: str) -> str:
    start = _BEFORE.index(f"FUNCTION {name}()")
    return "CREATE OR REPLACE " + _BEFORE[start : _BEFORE.index("END $$;", start)] + "END $$;\n"


_ROUND, _PLACE = _function("round_guard"), "        IF NEW.opens_at IS DISTINCT FROM OLD.opens_at"
assert _ROUND.count(_PLACE) == 1
AMENDED = """
        IF EXISTS (
            SELECT 1 FROM (VALUES
                ('closes_at', NEW.closes_at IS DISTINCT FROM OLD.closes_at),
                ('budget_won', NEW.budget_won IS DISTINCT FROM OLD.budget_won),
                ('summary_ko', NEW.summary_ko <> OLD.summary_ko), ('summary_en', NEW.summary_en <> OLD.summary_en),
                ('project_start_on', NEW.project_start_on IS DISTINCT FROM OLD.project_start_on),
                ('project_end_on', NEW.project_end_on IS DISTINCT FROM OLD.project_end_on)) AS part(name, changed)
            WHERE changed AND NOT EXISTS (
                SELECT 1 FROM vouchers_amendment a
                WHERE a.round_id = NEW.id AND a.made_at >= OLD.updated_at
                  AND a.changes @> jsonb_build_array(jsonb_build_object('what', part.name)))) THEN
            RAISE EXCEPTION 'an announced call changes only by an amendment' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'round_amended';
        END IF;
        IF NEW.title_ko <> OLD.title_ko OR NEW.title_en <> OLD.title_en
           OR (NEW.closes_at <> OLD.closes_at AND NEW.status <> 'ANNOUNCED') THEN
            RAISE EXCEPTION 'this of an announced call does not change' USING ERRCODE = 'check_violation';
        END IF;
"""
FORWARD = (
    _ROUND.replace(_PLACE, AMENDED + _PLACE)
    + """
CREATE FUNCTION policy_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last vouchers_policyversion;
    touched bigint[];
BEGIN
    touched := CASE TG_OP WHEN 'INSERT' THEN ARRAY[NEW.round_id] WHEN 'DELETE' THEN ARRAY[OLD.round_id]
                          ELSE ARRAY[OLD.round_id, NEW.round_id] END;
    IF EXISTS (SELECT 1 FROM vouchers_round
               WHERE id = ANY(touched) AND status NOT IN ('DRAFT', 'REVIEW') AND NOT is_reference) THEN
        IF TG_OP = 'INSERT' THEN
            SELECT * INTO last FROM vouchers_policyversion WHERE round_id = NEW.round_id ORDER BY number DESC LIMIT 1;
            IF NEW.frozen_at IS NOT NULL AND NEW.number = last.number + 1
               AND (NEW.body - 'target_days') = (last.body - 'target_days')
               AND EXISTS (SELECT 1 FROM vouchers_amendment
                           WHERE round_id = NEW.round_id AND policy_number = NEW.number) THEN
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION 'the round was announced: its policy changes only in its days, by an amendment'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
DROP TRIGGER policy_frozen ON vouchers_policyversion;
CREATE TRIGGER policy_frozen BEFORE INSERT OR UPDATE OR DELETE ON vouchers_policyversion
    FOR EACH ROW EXECUTE FUNCTION policy_guard();

CREATE FUNCTION amendment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.told_at IS NOT NULL OR jsonb_array_length(NEW.changes) = 0
           OR NEW.number <> 1 + (SELECT count(*) FROM vouchers_amendment WHERE round_id = NEW.round_id)
           OR NOT EXISTS (SELECT 1 FROM vouchers_round WHERE id = NEW.round_id AND NOT is_reference
                          AND status IN ('ANNOUNCED', 'EVALUATING', 'AWARDED', 'RUNNING')) THEN
            RAISE EXCEPTION 'an amendment changes an announced call and follows the last one' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.told_at IS NULL AND NEW.told_at IS NOT NULL
       AND (NEW.id, NEW.ref, NEW.round_id, NEW.number, NEW.changes, NEW.reason_ko, NEW.reason_en, NEW.policy_number, NEW.made_by_id, NEW.made_at)
       IS NOT DISTINCT FROM
       (OLD.id, OLD.ref, OLD.round_id, OLD.number, OLD.changes, OLD.reason_ko, OLD.reason_en, OLD.policy_number, OLD.made_by_id, OLD.made_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an amendment is never changed or deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER amendment_guarded BEFORE INSERT OR UPDATE OR DELETE ON vouchers_amendment
    FOR EACH ROW EXECUTE FUNCTION amendment_guard();
"""
)
BACKWARD = (
    """
DROP TRIGGER amendment_guarded ON vouchers_amendment;
DROP FUNCTION amendment_guard();
DROP TRIGGER policy_frozen ON vouchers_policyversion;
CREATE TRIGGER policy_frozen BEFORE INSERT OR UPDATE OR DELETE ON vouchers_policyversion
    FOR EACH ROW EXECUTE FUNCTION round_part_guard();
DROP FUNCTION policy_guard();
"""
    + _ROUND
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0053_panel_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Amendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("number", models.PositiveSmallIntegerField(verbose_name="Number")),
                ("changes", models.JSONField(default=list, verbose_name="What changes")),
                ("reason_ko", models.TextField(verbose_name="Reason (Korean)")),
                ("reason_en", models.TextField(verbose_name="Reason (English)")),
                ("policy_number", models.PositiveSmallIntegerField(null=True, verbose_name="Policy version")),
                ("made_at", models.DateTimeField(verbose_name="Amended at")),
                ("told_at", models.DateTimeField(editable=False, null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="vouchers.round",
                        verbose_name="Round",
                    ),
                ),
            ],
            options={
                "verbose_name": "amendment",
                "verbose_name_plural": "amendments",
                "ordering": ["-number"],
                "constraints": [
                    models.UniqueConstraint(fields=("round", "number"), name="amendment_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason_ko", ""), _negated=True), models.Q(("reason_en", ""), _negated=True)
                        ),
                        name="amendment_reasons",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
