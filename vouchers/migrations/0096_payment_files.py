"""Payment files and their answers; how a payment is handed over; whom a payee's account tells, and how long a new one waits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_documents_erased"),
        ("providers", "0016_import_cursor"),
        ("vouchers", "0095_agreement_changes_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PaymentAnswer",
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
                            ("PAIN_002", "Status report (pain.002)"),
                            ("CAMT_053", "Statement (camt.053)"),
                            ("SHEET", "Result of the bulk transfer"),
                            ("NETWORK", "Result of the subsidy network"),
                        ],
                        max_length=10,
                        verbose_name="Kind",
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("message_id", models.CharField(blank=True, max_length=60, verbose_name="Name of the answer")),
                ("made_at", models.DateTimeField(null=True, verbose_name="Made by the other side at")),
                ("covers_from", models.DateTimeField(null=True, verbose_name="Begins at")),
                ("settled", models.JSONField(default=dict, verbose_name="What it settled")),
            ],
            options={
                "verbose_name": "answer to a payment file",
                "verbose_name_plural": "answers to payment files",
            },
        ),
        migrations.CreateModel(
            name="PaymentFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("GATEWAY", "To the bank at once, each transfer by itself"),
                            ("PAIN_001", "To the bank in a file (ISO 20022 pain.001)"),
                            ("SHEET", "To the bank in its bulk-transfer spreadsheet"),
                            ("NETWORK", "Registered in the subsidy network, which pays"),
                        ],
                        max_length=10,
                        verbose_name="How it is handed over",
                    ),
                ),
                ("account", models.CharField(blank=True, max_length=20, verbose_name="Account that pays")),
                ("pay_on", models.DateField(verbose_name="To be paid on")),
                ("line_count", models.PositiveIntegerField(verbose_name="Payments")),
                ("total_won", portal.kit.won.WonField(verbose_name="Sum")),
            ],
            options={
                "verbose_name": "payment file",
                "verbose_name_plural": "payment files",
                "permissions": [("send_payments", "Make payment files and read their answers")],
            },
        ),
        migrations.AddField(
            model_name="disbursement",
            name="way",
            field=models.CharField(
                blank=True,
                choices=[
                    ("GATEWAY", "To the bank at once, each transfer by itself"),
                    ("PAIN_001", "To the bank in a file (ISO 20022 pain.001)"),
                    ("SHEET", "To the bank in its bulk-transfer spreadsheet"),
                    ("NETWORK", "Registered in the subsidy network, which pays"),
                ],
                default="",
                max_length=10,
                verbose_name="How it is handed over",
            ),
        ),
        migrations.AddField(
            model_name="payeeaccount",
            name="contact",
            field=models.EmailField(blank=True, max_length=254, verbose_name="Contact for this account"),
        ),
        migrations.AddField(
            model_name="payeeaccount",
            name="waits_until",
            field=models.DateField(null=True, verbose_name="Nothing is paid to it before"),
        ),
        migrations.AddField(
            model_name="paymentattempt",
            name="account",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.payeeaccount",
                verbose_name="Account of the payee",
            ),
        ),
        migrations.AddField(
            model_name="paymentattempt",
            name="paid_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Handed over by",
            ),
        ),
        migrations.AddField(
            model_name="paymentanswer",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document", verbose_name="File"
            ),
        ),
        migrations.AddField(
            model_name="paymentanswer",
            name="read_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="Read by"
            ),
        ),
        migrations.AddField(
            model_name="paymentfile",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.document", verbose_name="File"
            ),
        ),
        migrations.AddField(
            model_name="paymentfile",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="Made by"
            ),
        ),
        migrations.AddField(
            model_name="paymentfile",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
            ),
        ),
        migrations.AddField(
            model_name="paymentanswer",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="answers",
                to="vouchers.paymentfile",
                verbose_name="payment file",
            ),
        ),
        migrations.AddField(
            model_name="paymentattempt",
            name="file",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="vouchers.paymentfile",
                verbose_name="Payment file",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("file__isnull", True), ("paid_by__isnull", True)),
                    models.Q(("file__isnull", False), ("paid_by__isnull", False)),
                    _connector="OR",
                ),
                name="attempt_file_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_by__isnull", True),
                    models.Q(
                        models.Q(("paid_by", models.F("approved_by")), _negated=True),
                        models.Q(("paid_by", models.F("registered_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="attempt_payer_did_not_release",
            ),
        ),
        migrations.AddIndex(
            model_name="paymentfile",
            index=models.Index(fields=["-created_at"], name="payment_file_newest"),
        ),
        migrations.AddConstraint(
            model_name="paymentfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["PAIN_001", "SHEET", "NETWORK"])), name="payment_file_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("line_count__gt", 0), ("total_won__gte", models.F("line_count"))), name="payment_file_sum"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("way", "NETWORK"), models.Q(("account", ""), _negated=True), _connector="OR"),
                name="payment_file_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentanswer",
            constraint=models.UniqueConstraint(fields=("file", "sha256"), name="payment_answer_once"),
        ),
        migrations.AddConstraint(
            model_name="paymentanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("message_id", ""), _negated=True),
                fields=("file", "kind", "message_id"),
                name="payment_answer_message_once",
            ),
        ),
    ]
