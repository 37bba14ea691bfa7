"""Presentations: nobody and no room is needed twice at one time, whoever writes; a seat is for who evaluates the case, without a
conflict, and has the times of its presentation.
"""

from typing import ClassVar

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import portal.kit.clock
import vouchers.evaluation.models.presenting

GUARD = """
CREATE FUNCTION presentation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.company_id IS DISTINCT FROM (SELECT company_id FROM vouchers_application WHERE id = NEW.application_id)
       OR (SELECT round_id FROM vouchers_application WHERE id = NEW.application_id)
          IS DISTINCT FROM (SELECT round_id FROM vouchers_presentationschedule WHERE id = NEW.schedule_id) THEN
        RAISE EXCEPTION 'a presentation is of an application of its round, by its company' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_of_its_company';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.application_id, NEW.schedule_id) IS DISTINCT FROM (OLD.application_id, OLD.schedule_id) THEN
        RAISE EXCEPTION 'a presentation stays with its application' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER presentation_guard BEFORE INSERT OR UPDATE ON vouchers_presentationslot
    FOR EACH ROW EXECUTE FUNCTION presentation_guard();

CREATE FUNCTION presentation_seats_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE vouchers_presentationseat SET starts_at = NEW.starts_at, ends_at = NEW.ends_at
        WHERE slot_id = NEW.id AND released_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER presentation_seats_follow AFTER UPDATE OF starts_at, ends_at ON vouchers_presentationslot
    FOR EACH ROW WHEN ((OLD.starts_at, OLD.ends_at) IS DISTINCT FROM (NEW.starts_at, NEW.ends_at))
    EXECUTE FUNCTION presentation_seats_follow();

CREATE FUNCTION presentation_seat_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_case bigint;
BEGIN
    IF NEW.released_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    SELECT application_id, starts_at, ends_at INTO the_case, NEW.starts_at, NEW.ends_at
        FROM vouchers_presentationslot WHERE id = NEW.slot_id;
    IF (TG_OP = 'INSERT' OR NEW.evaluator_id <> OLD.evaluator_id) AND (
        NOT EXISTS (SELECT 1 FROM vouchers_assignment a WHERE a.application_id = the_case AND a.evaluator_id = NEW.evaluator_id
                    AND a.status IN ('ACCEPTED', 'SUBMITTED', 'LOCKED'))
        OR EXISTS (SELECT 1 FROM vouchers_caseconflict c WHERE c.application_id = the_case AND c.user_id = NEW.evaluator_id
                   AND c.ended_at IS NULL)
        OR EXISTS (SELECT 1 FROM vouchers_conflictofinterest d JOIN vouchers_company o ON o.organisation_id = d.organisation_id
                   JOIN vouchers_application p ON p.company_id = o.id
                   WHERE p.id = the_case AND d.user_id = NEW.evaluator_id AND d.ended_on IS NULL)) THEN
        RAISE EXCEPTION 'a seat is for who evaluates the application, without a conflict' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'presentation_seat_of_panel';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER presentation_seat_guard BEFORE INSERT OR UPDATE ON vouchers_presentationseat
    FOR EACH ROW EXECUTE FUNCTION presentation_seat_guard();
"""
BACK = """
DROP TRIGGER presentation_seat_guard ON vouchers_presentationseat;
DROP FUNCTION presentation_seat_guard();
DROP TRIGGER presentation_seats_follow ON vouchers_presentationslot;
DROP FUNCTION presentation_seats_follow();
DROP TRIGGER presentation_guard ON vouchers_presentationslot;
DROP FUNCTION presentation_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0067_assignments_in_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        BtreeGistExtension(),
        migrations.AlterField(
            model_name="penaltyrecord",
            name="code",
            field=models.CharField(
                choices=[
                    ("GAVE_UP", "Gave up an earlier award or project"),
                    ("POOR_RESULT", "An earlier project was graded insufficient"),
                    ("LATE_SETTLEMENT", "An earlier settlement report was late"),
                    ("ABSENT", "Absent from the presentation"),
                ],
                max_length=16,
                verbose_name="Ground",
            ),
        ),
        migrations.CreateModel(
            name="PresentationSchedule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PLANNED", "Planned, nobody knows of it"),
                            ("PUBLISHED", "Published, invitations sent"),
                            ("DISCARDED", "Discarded"),
                        ],
                        default="PLANNED",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="Minutes each")),
                ("published_at", models.DateTimeField(null=True, verbose_name="Published at")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Planned by",
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Published by",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
            ],
            options={
                "verbose_name": "schedule of presentations",
                "verbose_name_plural": "schedules of presentations",
                "permissions": [("plan_presentations", "Plan presentations and record who attended")],
            },
        ),
        migrations.CreateModel(
            name="PresentationSlot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("place", models.CharField(max_length=200, verbose_name="Room or online address")),
                ("starts_at", models.DateTimeField(verbose_name="Begins")),
                ("ends_at", models.DateTimeField(verbose_name="Ends")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PLANNED", "Planned"),
                            ("INVITED", "Invited to present"),
                            ("ATTENDED", "Presented"),
                            ("MISSED", "Absent"),
                            ("CANCELLED", "Cancelled"),
                        ],
                        default="PLANNED",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("sequence", models.PositiveIntegerField(default=0, editable=False)),
                ("recorded_at", models.DateTimeField(null=True, verbose_name="Attendance recorded at")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.application",
                        verbose_name="Application",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.company",
                        verbose_name="Company",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Attendance recorded by",
                    ),
                ),
                (
                    "schedule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="slots",
                        to="vouchers.presentationschedule",
                        verbose_name="Schedule",
                    ),
                ),
            ],
            options={
                "verbose_name": "presentation",
                "verbose_name_plural": "presentations",
            },
        ),
        migrations.CreateModel(
            name="PresentationSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("present", models.BooleanField(null=True, verbose_name="Present")),
                (
                    "evaluator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Evaluator",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="vouchers.presentationslot"
                    ),
                ),
            ],
            options={
                "verbose_name": "seat in a presentation",
                "verbose_name_plural": "seats in presentations",
            },
        ),
        migrations.AddConstraint(
            model_name="presentationschedule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_at__isnull", False), ("published_by__isnull", False), ("status", "PUBLISHED")),
                    models.Q(
                        models.Q(("status", "PUBLISHED"), _negated=True),
                        ("published_at__isnull", True),
                        ("published_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="presentation_schedule_published_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationslot",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="presentation_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationslot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("recorded_at__isnull", False), ("recorded_by__isnull", False), ("status__in", ["ATTENDED", "MISSED"])
                    ),
                    models.Q(
                        models.Q(("status__in", ["ATTENDED", "MISSED"]), _negated=True),
                        ("recorded_at__isnull", True),
                        ("recorded_by__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="presentation_attendance_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationslot",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "CANCELLED"), _negated=True), fields=("application",), name="presentation_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationslot",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status", "CANCELLED"), _negated=True),
                expressions=[
                    (models.F("place"), "="),
                    (
                        vouchers.evaluation.models.presenting.TsTzRange(
                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                        ),
                        "&&",
                    ),
                ],
                name="presentation_place_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationslot",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("status", "CANCELLED"), _negated=True),
                expressions=[
                    (models.F("company"), "="),
                    (
                        vouchers.evaluation.models.presenting.TsTzRange(
                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                        ),
                        "&&",
                    ),
                ],
                name="presentation_company_free",
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationseat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at__isnull", True)), fields=("slot", "evaluator"), name="presentation_seat_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="presentationseat",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("released_at__isnull", True)),
                expressions=[
                    (models.F("evaluator"), "="),
                    (
                        vouchers.evaluation.models.presenting.TsTzRange(
                            "starts_at", "ends_at", django.contrib.postgres.fields.ranges.RangeBoundary()
                        ),
                        "&&",
                    ),
                ],
                name="presentation_evaluator_free",
            ),
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
