"""The pool of evaluators, what binds its members to organisations, conflicts with applications, challenges."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0004_role_grants_apart"),
        ("vouchers", "0038_match_in_one_application"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PoolMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "expertise",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30), blank=True, default=list, verbose_name="Expertise"
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=2), blank=True, default=list, verbose_name="Languages"
                    ),
                ),
                ("declared_at", models.DateTimeField(null=True, verbose_name="Names checked")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="Left the pool")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Added by",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Evaluator",
                    ),
                ),
            ],
            options={
                "verbose_name": "member of the pool",
                "verbose_name_plural": "pool of evaluators",
            },
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("statement", models.TextField(verbose_name="Statement")),
                (
                    "status",
                    models.CharField(
                        choices=[("FILED", "Filed"), ("UPHELD", "Upheld"), ("REJECTED", "Rejected")],
                        default="FILED",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Decided")),
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
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Filed by",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.poolmember",
                        verbose_name="Evaluator",
                    ),
                ),
            ],
            options={
                "verbose_name": "challenge of an evaluator",
                "verbose_name_plural": "challenges of evaluators",
            },
        ),
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("EMPLOYMENT", "Works or worked there"),
                            ("ADVICE", "Advised it"),
                            ("HOLDING", "Holds shares in it"),
                            ("KIN", "A relative owns it or works there"),
                            ("DECLARED", "Another conflict"),
                        ],
                        max_length=12,
                        verbose_name="Kind",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="Name of the organisation")),
                (
                    "aliases",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=160), blank=True, default=list, verbose_name="Other names"
                    ),
                ),
                ("starts_on", models.DateField(null=True, verbose_name="From")),
                ("ends_on", models.DateField(null=True, verbose_name="Until")),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Entered by",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="Organisation",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Evaluator",
                    ),
                ),
            ],
            options={
                "verbose_name": "affiliation",
                "verbose_name_plural": "affiliations",
                "indexes": [models.Index(fields=["user"], name="affiliation_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on__isnull", True),
                            ("ends_on__isnull", True),
                            ("starts_on__lte", models.F("ends_on")),
                            _connector="OR",
                        ),
                        name="affiliation_dates",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="affiliation_has_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseConflict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "source",
                    models.CharField(
                        choices=[("INFERRED", "From facts and declarations"), ("CHALLENGE", "Challenge by the applicant")],
                        max_length=10,
                        verbose_name="Source",
                    ),
                ),
                ("grounds", models.JSONField(default=list, verbose_name="Grounds")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="Ended")),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Evaluator",
                    ),
                ),
            ],
            options={
                "verbose_name": "conflict with an application",
                "verbose_name_plural": "conflicts with applications",
                "indexes": [models.Index(fields=["application"], name="case_conflict_application")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "application", "source"),
                        name="case_conflict_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("grounds", []), _negated=True), name="case_conflict_has_ground"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="poolmember",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("round", "user"), name="pool_member_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.UniqueConstraint(fields=("application", "member"), name="challenge_once"),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("status", "FILED")),
                    models.Q(
                        models.Q(("status", "FILED"), _negated=True),
                        models.Q(("reason", ""), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="challenge_decided_with_reason",
            ),
        ),
    ]
