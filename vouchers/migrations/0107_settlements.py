"""Settlements with their lines, what is owed back, and the money that came."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_key_reminders"),
        ("documents", "0003_documents_erased"),
        ("providers", "0021_lines_mark_their_offer"),
        ("vouchers", "0106_registrations_taken_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Settlement",
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
                            ("OPEN", "To be stated by the company"),
                            ("SUBMITTED", "Stated, under review"),
                            ("SUPPLEMENT", "Supplement asked"),
                            ("PROPOSED", "Amount proposed"),
                            ("REFUND_DUE", "Amount fixed, refund due"),
                            ("CLOSED", "Settled"),
                        ],
                        default="OPEN",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("ended_on", models.DateField(verbose_name="Project ended on")),
                ("due_on", models.DateField(verbose_name="Statement due on")),
                ("needs_verification", models.BooleanField(verbose_name="External verification needed")),
                ("interest_won", portal.kit.won.WonField(default=0, verbose_name="Interest earned")),
                ("note", models.TextField(blank=True, verbose_name="Note of the company")),
                ("submitted_at", models.DateTimeField(null=True, verbose_name="Stated at")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                ("paid_won", portal.kit.won.WonField(default=0, verbose_name="Paid by the voucher")),
                ("released_won", portal.kit.won.WonField(default=0, verbose_name="Left in the voucher, given back")),
                ("refund_won", portal.kit.won.WonField(default=0, verbose_name="To be paid back")),
                ("proposed_at", models.DateTimeField(null=True, verbose_name="Proposed at")),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="Fixed at")),
                (
                    "agreement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.agreement",
                        verbose_name="Agreement",
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
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Fixed by",
                    ),
                ),
                (
                    "interest_proof",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="Proof of the interest",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Proposed by",
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Stated by",
                    ),
                ),
                (
                    "verification",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="External verification report",
                    ),
                ),
            ],
            options={
                "verbose_name": "settlement",
                "verbose_name_plural": "settlements",
                "permissions": [
                    ("state_settlement", "State what was used"),
                    ("review_settlement", "Review settlements and propose the amount"),
                    ("confirm_settlement", "Fix the amount of a settlement"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Debt",
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
                            ("REFUND", "Refund of a settlement"),
                            ("CLAWBACK", "Money ordered back"),
                            ("SURCHARGE", "Surcharge"),
                        ],
                        max_length=10,
                        verbose_name="What is owed",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "To be paid"),
                            ("SUSPENDED", "Held back by an objection"),
                            ("ENFORCED", "Handed over to be collected"),
                            ("OVERPAID", "More was paid than is owed"),
                            ("PAID", "Paid"),
                            ("CANCELLED", "No longer owed"),
                        ],
                        default="OPEN",
                        max_length=10,
                        verbose_name="State",
                    ),
                ),
                ("principal_won", portal.kit.won.WonField(verbose_name="Principal")),
                ("interest_won", portal.kit.won.WonField(default=0, verbose_name="Interest")),
                ("charged_won", portal.kit.won.WonField(default=0, verbose_name="Late charge")),
                ("due_on", models.DateField(verbose_name="Due on")),
                ("suspended_on", models.DateField(null=True, verbose_name="Held back since")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="vouchers.agreement",
                        verbose_name="Agreement",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organisation",
                        verbose_name="Owed by",
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debts",
                        to="vouchers.settlement",
                        verbose_name="settlement",
                    ),
                ),
            ],
            options={
                "verbose_name": "debt",
                "verbose_name_plural": "debts",
                "permissions": [
                    ("report_receipt", "Report money that was paid back"),
                    ("confirm_receipt", "Confirm money that was paid back"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SettlementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("position", models.PositiveSmallIntegerField(verbose_name="Number")),
                ("description", models.CharField(max_length=200, verbose_name="What")),
                ("agreed_won", portal.kit.won.WonField(verbose_name="Agreed (VAT excluded)")),
                ("grant_won", portal.kit.won.WonField(default=0, verbose_name="Used of the grant")),
                ("own_cash_won", portal.kit.won.WonField(default=0, verbose_name="Own cash used")),
                ("in_kind_won", portal.kit.won.WonField(default=0, verbose_name="Own contribution in kind")),
                ("vat_won", portal.kit.won.WonField(default=0, verbose_name="VAT")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("OPEN", "Not looked at yet"),
                            ("RECOGNISED", "Recognised"),
                            ("DISALLOWED", "Disallowed in whole or in part"),
                        ],
                        default="OPEN",
                        max_length=10,
                        verbose_name="Judged",
                    ),
                ),
                ("disallowed_won", portal.kit.won.WonField(default=0, verbose_name="Disallowed")),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NO_EVIDENCE", "No sufficient evidence"),
                            ("NOT_ELIGIBLE", "Not a cost of the project"),
                            ("OUT_OF_PERIOD", "Outside the agreement's period"),
                            ("OVER_AGREED", "More than the agreement has"),
                            ("TWICE", "Claimed twice"),
                            ("OTHER", "Another reason"),
                        ],
                        max_length=14,
                        verbose_name="Why disallowed",
                    ),
                ),
                ("note", models.TextField(blank=True, verbose_name="Remark")),
                (
                    "owed_by",
                    models.CharField(
                        choices=[("COMPANY", "Company"), ("PAYEE", "Provider that was paid")],
                        default="COMPANY",
                        max_length=7,
                        verbose_name="Owed by",
                    ),
                ),
                (
                    "agreement_line",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.agreementline"
                    ),
                ),
                (
                    "judged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Judged by",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="providers.institution",
                        verbose_name="Paid to",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="Evidence",
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="vouchers.settlement",
                        verbose_name="settlement",
                    ),
                ),
            ],
            options={
                "verbose_name": "line of a settlement",
                "verbose_name_plural": "lines of settlements",
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                ("is_repayment", models.BooleanField(default=False, verbose_name="Paid back to who owed it")),
                ("amount_won", portal.kit.won.WonField(verbose_name="Amount")),
                ("received_on", models.DateField(verbose_name="Paid on")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("REPORTED", "Reported, to be checked"),
                            ("CONFIRMED", "Arrived"),
                            ("REJECTED", "Not found on the account"),
                        ],
                        default="REPORTED",
                        max_length=9,
                        verbose_name="State",
                    ),
                ),
                ("principal_won", portal.kit.won.WonField(default=0, verbose_name="Principal")),
                ("interest_won", portal.kit.won.WonField(default=0, verbose_name="Interest")),
                ("late_won", portal.kit.won.WonField(default=0, verbose_name="Late charge")),
                ("charged_won", portal.kit.won.WonField(default=0, verbose_name="Late charge that it brought")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="Checked at")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                (
                    "debt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="vouchers.debt",
                        verbose_name="debt",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Checked by",
                    ),
                ),
                (
                    "proof",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="Proof",
                    ),
                ),
                (
                    "reported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="Reported by",
                    ),
                ),
            ],
            options={
                "verbose_name": "receipt",
                "verbose_name_plural": "receipts",
                "ordering": ["-created_at", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_won__gt", 0)), name="receipt_amount"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("reported_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="receipt_four_eyes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("interest_won", 0),
                                ("late_won", 0),
                                ("principal_won", 0),
                                ("status", "REPORTED"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("interest_won", 0),
                                ("late_won", 0),
                                ("principal_won", 0),
                                ("status", "REJECTED"),
                            ),
                            models.Q(
                                (
                                    "amount_won",
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("principal_won"), "+", models.F("interest_won")
                                        ),
                                        "+",
                                        models.F("late_won"),
                                    ),
                                ),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status", "CONFIRMED"),
                            ),
                            _connector="OR",
                        ),
                        name="receipt_shared_whole",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(fields=["status", "due_on"], name="settlement_status_due"),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="settlement_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["REFUND_DUE", "CLOSED"]), _negated=True),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False), ("proposed_by__isnull", False)),
                    _connector="OR",
                ),
                name="settlement_fixed_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["OPEN", "SUPPLEMENT"]),
                    ("needs_verification", False),
                    ("verification__isnull", False),
                    _connector="OR",
                ),
                name="settlement_verified",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "OPEN"),
                    models.Q(("submitted_at__isnull", False), ("submitted_by__isnull", False)),
                    _connector="OR",
                ),
                name="settlement_stated",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("interest_won", 0), ("interest_proof__isnull", False), _connector="OR"),
                name="settlement_interest_proved",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "refund_won__lte",
                        django.db.models.expressions.CombinedExpression(models.F("paid_won"), "+", models.F("interest_won")),
                    )
                ),
                name="settlement_refund_within_paid",
            ),
        ),
        migrations.AddIndex(
            model_name="debt",
            index=models.Index(fields=["status", "due_on"], name="debt_status_due"),
        ),
        migrations.AddConstraint(
            model_name="debt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "REFUND")), fields=("settlement", "organisation"), name="debt_one_refund_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="debt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "SUSPENDED"), ("suspended_on__isnull", False)),
                    models.Q(models.Q(("status", "SUSPENDED"), _negated=True), ("suspended_on__isnull", True)),
                    _connector="OR",
                ),
                name="debt_suspended_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="debt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "REFUND"), ("settlement__isnull", False)),
                    models.Q(models.Q(("kind", "REFUND"), _negated=True), ("settlement__isnull", True)),
                    _connector="OR",
                ),
                name="debt_of_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.UniqueConstraint(fields=("settlement", "position"), name="settlement_line_position"),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "disallowed_won__lte",
                        django.db.models.expressions.CombinedExpression(models.F("grant_won"), "+", models.F("own_cash_won")),
                    )
                ),
                name="settlement_line_disallowed_within",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("disallowed_won__gt", 0), ("verdict", "DISALLOWED"), models.Q(("ground", ""), _negated=True)),
                    models.Q(models.Q(("verdict", "DISALLOWED"), _negated=True), ("disallowed_won", 0), ("ground", "")),
                    _connector="OR",
                ),
                name="settlement_line_disallowed_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("judged_by__isnull", True), ("verdict", "OPEN")),
                    models.Q(models.Q(("verdict", "OPEN"), _negated=True), ("judged_by__isnull", False)),
                    _connector="OR",
                ),
                name="settlement_line_judged_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="settlementline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreement_line__isnull", False), ("in_kind_won", 0)),
                    models.Q(("agreement_line__isnull", True), ("grant_won", 0), ("own_cash_won", 0), ("vat_won", 0)),
                    _connector="OR",
                ),
                name="settlement_line_in_kind_apart",
            ),
        ),
    ]
