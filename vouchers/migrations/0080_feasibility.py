"""A count asked of an institution before any review, answered as a band of the round's policy.

The database keeps out a number that is no band: the ends are two neighbours among the bounds that were fixed at the asking,
every band is at least as wide as the first one, and neither question nor answer changes afterwards.
"""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION feasibility_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place int;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF cardinality(NEW.bounds) < 1 OR NEW.bounds[1] < 1 THEN
            RAISE EXCEPTION 'a feasibility question needs the bounds of its bands' USING ERRCODE = 'check_violation';
        END IF;
        FOR i IN 2 .. cardinality(NEW.bounds) LOOP
            IF NEW.bounds[i] - NEW.bounds[i - 1] < NEW.bounds[1] THEN
                RAISE EXCEPTION 'band % is narrower than the smallest count', i USING ERRCODE = 'check_violation';
            END IF;
        END LOOP;
    ELSE
        IF (NEW.need_id, NEW.institution_id, NEW.dataset_id, NEW.criteria, NEW.message, NEW.bounds, NEW.created_by_id)
           IS DISTINCT FROM
           (OLD.need_id, OLD.institution_id, OLD.dataset_id, OLD.criteria, OLD.message, OLD.bounds, OLD.created_by_id) THEN
            RAISE EXCEPTION 'what was asked stays as it was asked (%)', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
        IF OLD.status <> 'ASKED' THEN
            RAISE EXCEPTION 'question % is over', OLD.ref USING ERRCODE = 'restrict_violation';
        END IF;
    END IF;
    IF NEW.band_low IS NOT NULL THEN
        place := CASE WHEN NEW.band_low = 0 THEN 0 ELSE array_position(NEW.bounds, NEW.band_low) END;
        IF place IS NULL OR NEW.band_high IS DISTINCT FROM NEW.bounds[place + 1] THEN
            RAISE EXCEPTION 'an answer is one of the bands, never a number' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER feasibility_guard BEFORE INSERT OR UPDATE ON vouchers_feasibilityquery
    FOR EACH ROW EXECUTE FUNCTION feasibility_guard();
CREATE FUNCTION feasibility_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'feasibility questions are kept' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER feasibility_kept BEFORE DELETE ON vouchers_feasibilityquery
    FOR EACH ROW EXECUTE FUNCTION feasibility_refuse_deletion();
"""
BACKWARD = """
DROP TRIGGER feasibility_kept ON vouchers_feasibilityquery;
DROP FUNCTION feasibility_refuse_deletion();
DROP TRIGGER feasibility_guard ON vouchers_feasibilityquery;
DROP FUNCTION feasibility_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("providers", "0011_searched_lists"),
        ("vouchers", "0076_quotes_in_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="FeasibilityQuery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("criteria", models.JSONField(default=dict)),
                ("message", models.TextField(blank=True, verbose_name="Message to the provider")),
                ("bounds", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField())),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("ASKED", "Count asked for"),
                            ("ANSWERED", "Count answered"),
                            ("REFUSED", "Count refused"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="ASKED",
                        max_length=10,
                    ),
                ),
                ("band_low", models.PositiveIntegerField(null=True)),
                ("band_high", models.PositiveIntegerField(null=True)),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("COUNTED", "Counted by all conditions"),
                            ("PARTLY", "Counted without the conditions that cannot be searched for"),
                            ("ESTIMATED", "Estimated"),
                        ],
                        max_length=10,
                        verbose_name="How it was counted",
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "dataset",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset"),
                ),
                (
                    "institution",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feasibility_queries", to="vouchers.need"
                    ),
                ),
            ],
            options={
                "verbose_name": "feasibility question",
                "verbose_name_plural": "feasibility questions",
                "permissions": [
                    ("ask_feasibility", "Ask how many patients there are"),
                    ("answer_feasibility", "Answer with a band"),
                ],
                "indexes": [
                    models.Index(fields=["institution", "status", "due_at"], name="feasibility_institution"),
                    models.Index(fields=["status", "due_at"], name="feasibility_due"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "ASKED")), fields=("need", "dataset"), name="feasibility_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("band_low__isnull", False), ("status", "ANSWERED"), models.Q(("basis", ""), _negated=True)),
                            models.Q(
                                models.Q(("status", "ANSWERED"), _negated=True),
                                ("band_high__isnull", True),
                                ("band_low__isnull", True),
                                ("basis", ""),
                            ),
                            _connector="OR",
                        ),
                        name="feasibility_band_when_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at__isnull", True), ("answered_by__isnull", True)),
                            models.Q(("answered_at__isnull", False), ("answered_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="feasibility_answered_pair",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status__in", ["ANSWERED", "REFUSED"]), _negated=True),
                            ("answered_at__isnull", False),
                            _connector="OR",
                        ),
                        name="feasibility_answered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "REFUSED"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="feasibility_refused_with_reason",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
