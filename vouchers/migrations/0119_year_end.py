"""Carry-overs past the fiscal year, and its close."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0118_inspections_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="carried_to",
            field=models.SmallIntegerField(editable=False, null=True, verbose_name="Carried over to the year"),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("TREASURY", "Appropriation by the state"),
                    ("AVAILABLE", "Available in the round"),
                    ("RESERVED", "Reserved for an award"),
                    ("COMMITTED", "Committed to a voucher"),
                    ("PAID", "Paid"),
                    ("EXPIRED", "Expired"),
                    ("RECOVERED", "Recovered"),
                    ("CARRIED", "On its way into the next year"),
                ],
                max_length=10,
                verbose_name="Account",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("APPROPRIATED", "Appropriated"),
                    ("RESERVED", "Reserved"),
                    ("COMMITTED", "Committed (voucher issued)"),
                    ("RELEASED", "Released"),
                    ("PAID", "Paid"),
                    ("REVERSED", "Reversed"),
                    ("EXPIRED", "Expired"),
                    ("RECOVERED", "Recovered"),
                    ("CARRIED", "Carried over"),
                ],
                max_length=12,
                verbose_name="Movement",
            ),
        ),
        migrations.CreateModel(
            name="YearClosing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("fiscal_year", models.SmallIntegerField(verbose_name="Fiscal year")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REHEARSED", "Rehearsed, nothing booked"),
                            ("CLOSING", "Being booked"),
                            ("CLOSED", "Year closed"),
                            ("DISCARDED", "Discarded"),
                        ],
                        default="REHEARSED",
                        max_length=9,
                        verbose_name="State",
                    ),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="Fingerprint of the table")),
                ("expires_won", portal.kit.won.WonField(default=0, verbose_name="Expires")),
                ("carries_won", portal.kit.won.WonField(default=0, verbose_name="Is carried over")),
                ("before", models.JSONField(default=dict, verbose_name="Trial balance before")),
                ("after", models.JSONField(null=True, verbose_name="Trial balance after")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="Close begun at")),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Closed by",
                    ),
                ),
                (
                    "rehearsed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Rehearsed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "close of a fiscal year",
                "verbose_name_plural": "closes of fiscal years",
                "permissions": [("rehearse_year", "Rehearse the close of a fiscal year"), ("close_year", "Close a fiscal year")],
            },
        ),
        migrations.CreateModel(
            name="ClosingLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "fate",
                    models.CharField(
                        choices=[("EXPIRE", "Expires"), ("CARRY", "Is carried over")],
                        max_length=6,
                        verbose_name="What becomes of it",
                    ),
                ),
                ("amount_won", portal.kit.won.WonField(verbose_name="Amount (won)")),
                ("booked_at", models.DateTimeField(null=True, verbose_name="Booked at")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.account", verbose_name="Pot"
                    ),
                ),
                (
                    "closing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="vouchers.yearclosing"
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a year's close",
                "verbose_name_plural": "lines of a year's close",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="CarryOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("fiscal_year", models.SmallIntegerField(verbose_name="Fiscal year")),
                ("amount_won", portal.kit.won.WonField(verbose_name="Amount to be carried over")),
                ("reason", models.TextField(verbose_name="Reason")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REQUESTED", "Carry-over asked for"),
                            ("APPROVED", "Carry-over approved"),
                            ("REJECTED", "Carry-over not approved"),
                        ],
                        default="REQUESTED",
                        max_length=9,
                        verbose_name="State",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Decided at")),
                ("answer", models.TextField(blank=True, verbose_name="Answer")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carry_overs",
                        to="vouchers.agreement",
                        verbose_name="agreement",
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
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Asked by",
                    ),
                ),
            ],
            options={
                "verbose_name": "carry-over",
                "verbose_name_plural": "carry-overs",
                "permissions": [
                    ("request_carry_over", "Ask for a carry-over past the fiscal year"),
                    ("decide_carry_over", "Decide about carry-overs"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["REQUESTED", "APPROVED"])),
                        fields=("agreement", "fiscal_year"),
                        name="carry_over_one_live",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_won__gt", 0), models.Q(("reason", ""), _negated=True)),
                        name="carry_over_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="carry_over_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by__isnull", True), ("status", "REQUESTED")),
                            models.Q(
                                models.Q(("status", "REQUESTED"), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="carry_over_decided_whole",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["CLOSING", "CLOSED"])), fields=("fiscal_year",), name="year_closing_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("closed_by__isnull", True), models.Q(("closed_by", models.F("rehearsed_by")), _negated=True), _connector="OR"
                ),
                name="year_closing_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", True), ("closed_by__isnull", True), ("status__in", ["REHEARSED", "DISCARDED"])
                    ),
                    models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("status__in", ["CLOSING", "CLOSED"])),
                    _connector="OR",
                ),
                name="year_closing_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="yearclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("status", "CLOSED"), _negated=True), ("after__isnull", False), _connector="OR"),
                name="year_closing_balanced",
            ),
        ),
        migrations.AddConstraint(
            model_name="closingline",
            constraint=models.UniqueConstraint(fields=("closing", "account", "fate"), name="closing_line_once"),
        ),
        migrations.AddConstraint(
            model_name="closingline",
            constraint=models.CheckConstraint(condition=models.Q(("amount_won__gt", 0)), name="closing_line_amount"),
        ),
    ]
