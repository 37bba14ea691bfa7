"""A need that nothing fits, on the operator's desk: case, internal notes, proposals.

Notes are append-only; a proposal keeps what was proposed, and an answered one its answer; a case that is over stays over.
"""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock

FORWARD = """
CREATE FUNCTION sourcing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: what was written stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER sourcing_note_kept BEFORE UPDATE OR DELETE ON vouchers_sourcingnote
    FOR EACH ROW EXECUTE FUNCTION sourcing_refuse();
CREATE TRIGGER sourcing_proposal_kept BEFORE UPDATE ON vouchers_sourcingproposal FOR EACH ROW
    WHEN ((OLD.case_id, OLD.institution_id, OLD.dataset_id, OLD.reason, OLD.proposed_by_id) IS DISTINCT FROM
          (NEW.case_id, NEW.institution_id, NEW.dataset_id, NEW.reason, NEW.proposed_by_id) OR OLD.status <> 'PROPOSED')
    EXECUTE FUNCTION sourcing_refuse();
CREATE TRIGGER sourcing_proposal_stays BEFORE DELETE ON vouchers_sourcingproposal
    FOR EACH ROW EXECUTE FUNCTION sourcing_refuse();
CREATE TRIGGER sourcing_case_over BEFORE UPDATE ON vouchers_sourcingcase FOR EACH ROW
    WHEN (OLD.closed_at IS NOT NULL OR OLD.need_id <> NEW.need_id) EXECUTE FUNCTION sourcing_refuse();
"""
BACKWARD = """
DROP TRIGGER sourcing_case_over ON vouchers_sourcingcase;
DROP TRIGGER sourcing_proposal_stays ON vouchers_sourcingproposal;
DROP TRIGGER sourcing_proposal_kept ON vouchers_sourcingproposal;
DROP TRIGGER sourcing_note_kept ON vouchers_sourcingnote;
DROP FUNCTION sourcing_refuse();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("providers", "0012_imports"),
        ("vouchers", "0083_quote_requests_viewed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="SourcingCase",
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
                            ("OPEN", "Waiting for the operator"),
                            ("IN_PROGRESS", "The operator is looking"),
                            ("FOUND", "Data found"),
                            ("NOT_FOUND", "No data found"),
                            ("ENDED", "Ended"),
                        ],
                        default="OPEN",
                        max_length=12,
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("result", models.TextField(blank=True, verbose_name="What came of it")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sourcing_cases", to="vouchers.need"
                    ),
                ),
            ],
            options={
                "verbose_name": "sourcing case",
                "verbose_name_plural": "sourcing cases",
                "permissions": [
                    ("handle_sourcing", "Look for data where nothing fits"),
                    ("see_demand", "See unmet demand without companies"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourcingNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="Note")),
                ("written_at", models.DateTimeField(default=portal.kit.clock.now)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="vouchers.sourcingcase"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name": "note of a sourcing case",
                "verbose_name_plural": "notes of sourcing cases",
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="SourcingProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("reason", models.TextField(verbose_name="Why it may help")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Proposed"),
                            ("USEFUL", "Of use to the company"),
                            ("NOT_USEFUL", "Of no use to the company"),
                        ],
                        default="PROPOSED",
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="vouchers.sourcingcase"
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.dataset"
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.institution"),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "verbose_name": "proposal of data",
                "verbose_name_plural": "proposals of data",
                "ordering": ["pk"],
            },
        ),
        migrations.AddIndex(
            model_name="sourcingcase",
            index=models.Index(fields=["status", "due_at"], name="sourcing_due"),
        ),
        migrations.AddConstraint(
            model_name="sourcingcase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["OPEN", "IN_PROGRESS"])), fields=("need",), name="sourcing_one_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("status__in", ["OPEN", "IN_PROGRESS"])),
                    models.Q(models.Q(("status__in", ["OPEN", "IN_PROGRESS"]), _negated=True), ("closed_at__isnull", False)),
                    _connector="OR",
                ),
                name="sourcing_closed_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["FOUND", "NOT_FOUND"]), _negated=True),
                    models.Q(models.Q(("result", ""), _negated=True), ("closed_by__isnull", False)),
                    _connector="OR",
                ),
                name="sourcing_closed_with_result",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingcase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "IN_PROGRESS"), _negated=True), ("handler__isnull", False), _connector="OR"
                ),
                name="sourcing_progress_has_handler",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="sourcing_note_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingproposal",
            constraint=models.UniqueConstraint(
                fields=("case", "institution", "dataset"), name="sourcing_proposed_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("answered_by__isnull", True), ("status", "PROPOSED")),
                    models.Q(
                        models.Q(("status", "PROPOSED"), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sourcing_proposal_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="sourcingproposal",
            constraint=models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="sourcing_proposal_reason"),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
