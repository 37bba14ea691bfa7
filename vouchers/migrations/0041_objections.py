"""Objections and their evidence: what was filed, answered and decided stays; nobody decides about an own decision."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

GUARD = """
CREATE FUNCTION objections_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an objection is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.reviewer_id = ANY (NEW.deciders) OR NEW.decided_by_id = ANY (NEW.deciders) THEN
        RAISE EXCEPTION 'who took part in the decision does not decide about the objection' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'INSERT' THEN
        RETURN NEW;
    END IF;
    IF (NEW.event_id, NEW.event_name, NEW.subject_ref, NEW.company_id, NEW.round_id, NEW.about, NEW.deciders, NEW.served_on,
        NEW.open_until, NEW.ground, NEW.statement, NEW.filed_by_id, NEW.created_at)
       IS DISTINCT FROM
       (OLD.event_id, OLD.event_name, OLD.subject_ref, OLD.company_id, OLD.round_id, OLD.about, OLD.deciders, OLD.served_on,
        OLD.open_until, OLD.ground, OLD.statement, OLD.filed_by_id, OLD.created_at) THEN
        RAISE EXCEPTION 'an objection stays as it was filed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.opinion_at IS NOT NULL AND (NEW.opinion, NEW.opinion_by_id, NEW.opinion_at)
       IS DISTINCT FROM (OLD.opinion, OLD.opinion_by_id, OLD.opinion_at) THEN
        RAISE EXCEPTION 'an opinion stays as it was given' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.decided_at IS NOT NULL OR OLD.status = 'WITHDRAWN')
       AND (NEW.status, NEW.reason, NEW.decided_by_id, NEW.decided_at, NEW.reviewer_id)
       IS DISTINCT FROM (OLD.status, OLD.reason, OLD.decided_by_id, OLD.decided_at, OLD.reviewer_id) THEN
        RAISE EXCEPTION 'an objection that was decided or withdrawn does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.remedy_at IS NOT NULL AND (NEW.remedy, NEW.remedy_by_id, NEW.remedy_at)
       IS DISTINCT FROM (OLD.remedy, OLD.remedy_by_id, OLD.remedy_at) THEN
        RAISE EXCEPTION 'what was done stays as it was recorded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER objections_objection_guard BEFORE INSERT OR UPDATE OR DELETE ON vouchers_objection
    FOR EACH ROW EXECUTE FUNCTION objections_guard();
CREATE FUNCTION objections_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the evidence of an objection stays as it was filed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER objections_document_guard BEFORE UPDATE OR DELETE ON vouchers_objectiondocument
    FOR EACH ROW EXECUTE FUNCTION objections_guard_document();
"""
BACK = """
DROP TRIGGER objections_document_guard ON vouchers_objectiondocument;
DROP FUNCTION objections_guard_document();
DROP TRIGGER objections_objection_guard ON vouchers_objection;
DROP FUNCTION objections_guard();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("documents", "0003_documents_erased"),
        ("journal", "0005_erasures"),
        ("vouchers", "0040_evaluation_conflict_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("event_name", models.CharField(max_length=60, verbose_name="Decision")),
                ("subject_ref", models.CharField(max_length=24)),
                ("about", models.CharField(max_length=200, verbose_name="Concerns")),
                ("deciders", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list)),
                ("served_on", models.DateField(null=True, verbose_name="Served on")),
                ("open_until", models.DateField(null=True, verbose_name="Objection possible until")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("FACTS", "The decision rests on wrong facts"),
                            ("RULES", "A rule was applied wrongly"),
                            ("CALCULATION", "Points or amounts were calculated wrongly"),
                            ("PROCEDURE", "The procedure was not kept, for example a conflict of interest"),
                            ("OTHER", "Another ground"),
                        ],
                        max_length=12,
                        verbose_name="Ground",
                    ),
                ),
                ("statement", models.TextField(verbose_name="Statement")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("FILED", "Filed"),
                            ("ADMISSIBILITY", "Admissibility under examination"),
                            ("UNDER_REVIEW", "Under review by the reviewer"),
                            ("UPHELD", "Upheld"),
                            ("PARTLY_UPHELD", "Partly upheld"),
                            ("DISMISSED", "Dismissed"),
                            ("REJECTED", "Not admissible"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="FILED",
                        max_length=14,
                        verbose_name="Status",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="Due")),
                ("opinion_due_at", models.DateTimeField(null=True, verbose_name="Opinion due")),
                ("opinion", models.TextField(blank=True, verbose_name="Opinion of the deciding unit")),
                ("opinion_at", models.DateTimeField(null=True, verbose_name="Opinion given")),
                ("reason", models.TextField(blank=True, verbose_name="Reason of the decision")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Decided")),
                ("remedy", models.TextField(blank=True, verbose_name="What was done")),
                ("remedy_at", models.DateTimeField(null=True, verbose_name="Done on")),
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
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Decided by",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="journal.event", verbose_name="Decision"
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Filed by",
                    ),
                ),
                (
                    "opinion_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Opinion by",
                    ),
                ),
                (
                    "remedy_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Done by",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Reviewer",
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
                "verbose_name": "objection",
                "verbose_name_plural": "objections",
                "permissions": [
                    ("file_objection", "File an objection"),
                    ("decide_objection", "Decide objections"),
                    ("answer_objection", "Give the deciding unit's opinion and record what was done"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ObjectionDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "document",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document"),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="vouchers.objection"
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence of an objection",
                "verbose_name_plural": "evidence of objections",
            },
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["status", "due_at"], name="objection_status_due"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "WITHDRAWN"), _negated=True), fields=("event", "company"), name="objection_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(("statement", ""), _negated=True), name="objection_has_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("status__in", ["UPHELD", "PARTLY_UPHELD", "DISMISSED", "REJECTED"]),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    models.Q(
                        ("decided_at__isnull", True),
                        ("decided_by__isnull", True),
                        ("reason", ""),
                        ("status__in", ["FILED", "ADMISSIBILITY", "UNDER_REVIEW", "WITHDRAWN"]),
                    ),
                    _connector="OR",
                ),
                name="objection_decided_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opinion", ""), ("opinion_at__isnull", True), ("opinion_by__isnull", True)),
                    models.Q(
                        ("opinion_at__isnull", False), ("opinion_by__isnull", False), models.Q(("opinion", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="objection_opinion_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("remedy", ""), ("remedy_at__isnull", True), ("remedy_by__isnull", True)),
                    models.Q(
                        ("remedy_at__isnull", False),
                        ("remedy_by__isnull", False),
                        ("status__in", ["UPHELD", "PARTLY_UPHELD"]),
                        models.Q(("remedy", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="objection_remedy_after_upheld",
            ),
        ),
        migrations.RunSQL(GUARD, BACK),
    ]
