"""Money taken back for a ground of the law; what is owed may rest on it."""

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
        ("vouchers", "0112_partial_acceptance_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Clawback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(editable=False, max_length=24, unique=True)),
                ("created_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Created at")),
                ("updated_at", models.DateTimeField(default=portal.kit.clock.now, editable=False, verbose_name="Changed at")),
                ("version", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("FALSE_RECEIPT", "Received by a false or improper application"),
                            ("OTHER_USE", "Used for another purpose"),
                            ("BREACH", "Breach of the law, of the decision or of an order"),
                            ("REQUIREMENT", "Requirements not met"),
                        ],
                        max_length=13,
                        verbose_name="Ground of the law",
                    ),
                ),
                ("facts", models.TextField(verbose_name="Facts of the case")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("DETECTED", "Detected, no notice yet"),
                            ("NOTICED", "Prior notice given, opinion possible"),
                            ("HEARD", "Opinion given"),
                            ("ORDERED", "Ordered back"),
                            ("CLOSED", "Paid back"),
                            ("CANCELLED", "Order cancelled"),
                            ("DROPPED", "Not pursued"),
                        ],
                        default="DETECTED",
                        max_length=9,
                        verbose_name="State",
                    ),
                ),
                ("noticed_won", portal.kit.won.WonField(verbose_name="Amount of the notice")),
                ("noticed_on", models.DateField(null=True, verbose_name="Prior notice given on")),
                ("opinion_until", models.DateField(null=True, verbose_name="Opinion possible until")),
                ("opinion", models.TextField(blank=True, verbose_name="Opinion")),
                ("opinion_at", models.DateTimeField(null=True, verbose_name="Opinion given")),
                ("ordered_won", portal.kit.won.WonField(default=0, verbose_name="Ordered back")),
                ("surcharge_times", models.SmallIntegerField(default=0, verbose_name="Surcharge, times the amount")),
                ("surcharge_won", portal.kit.won.WonField(default=0, verbose_name="Surcharge")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="By which text")),
                ("reason", models.TextField(blank=True, verbose_name="Reason")),
                ("ordered_on", models.DateField(null=True, verbose_name="Order given on")),
                ("must_exclude", models.BooleanField(default=False, verbose_name="The company must be kept out")),
                ("reported_no", models.CharField(blank=True, max_length=60, verbose_name="Number of the report to the ministry")),
                ("reported_on", models.DateField(null=True, verbose_name="Reported to the ministry on")),
            ],
            options={
                "verbose_name": "clawback",
                "verbose_name_plural": "clawbacks",
                "permissions": [
                    ("prepare_clawback", "Prepare clawbacks and report them"),
                    ("order_clawback", "Order money back"),
                    ("state_opinion", "Give an opinion before money is taken back"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="debt",
            name="debt_of_what",
        ),
        migrations.AlterField(
            model_name="settlementline",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("OPEN", "Not looked at yet"),
                    ("RECOGNISED", "Recognised as used"),
                    ("DISALLOWED", "Disallowed in whole or in part"),
                ],
                default="OPEN",
                max_length=10,
                verbose_name="Judged",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="agreement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.agreement", verbose_name="Agreement"
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.company", verbose_name="Company"
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="detected_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Detected by",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="opinion_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Opinion by",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="opinion_file",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.document",
                verbose_name="File of the opinion",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="ordered_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Order given by",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
                verbose_name="Taken back from",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="restriction",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="vouchers.restriction",
                verbose_name="Restriction",
            ),
        ),
        migrations.AddField(
            model_name="clawback",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
            ),
        ),
        migrations.AddField(
            model_name="debt",
            name="clawback",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="debts",
                to="vouchers.clawback",
                verbose_name="clawback",
            ),
        ),
        migrations.AddConstraint(
            model_name="debt",
            constraint=models.UniqueConstraint(fields=("clawback", "kind"), name="debt_one_of_a_clawback"),
        ),
        migrations.AddConstraint(
            model_name="debt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("clawback__isnull", True), ("kind", "REFUND"), ("settlement__isnull", False)),
                    models.Q(
                        models.Q(("kind", "REFUND"), _negated=True), ("clawback__isnull", False), ("settlement__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="debt_of_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(("noticed_won__gt", 0), models.Q(("facts", ""), _negated=True)), name="clawback_says_what"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(("ordered_won__lte", models.F("noticed_won"))), name="clawback_within_notice"
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("surcharge_times__range", (0, 5)),
                    (
                        "surcharge_won",
                        django.db.models.expressions.CombinedExpression(
                            models.F("ordered_won"), "*", models.F("surcharge_times")
                        ),
                    ),
                ),
                name="clawback_surcharge_by_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ordered_by__isnull", True),
                    models.Q(("ordered_by", models.F("detected_by")), _negated=True),
                    _connector="OR",
                ),
                name="clawback_four_eyes",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ordered_by__isnull", True), ("ordered_on__isnull", True), ("ordered_won", 0)),
                    models.Q(
                        ("ordered_by__isnull", False),
                        ("ordered_on__isnull", False),
                        models.Q(("opinion_at__isnull", False), ("ordered_on__gt", models.F("opinion_until")), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="clawback_heard_before_ordered",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ordered_on__isnull", True), ("status__in", ["DETECTED", "NOTICED", "HEARD", "DROPPED"])),
                    models.Q(("ordered_on__isnull", False), ("status__in", ["ORDERED", "CLOSED", "CANCELLED"])),
                    _connector="OR",
                ),
                name="clawback_ordered_pair",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opinion", ""), ("opinion_at__isnull", True), ("opinion_by__isnull", True)),
                    models.Q(
                        ("opinion_at__isnull", False), ("opinion_by__isnull", False), models.Q(("opinion", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="clawback_opinion_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="clawback",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reported_no", ""), ("reported_on__isnull", True)),
                    models.Q(models.Q(("reported_no", ""), _negated=True), ("reported_on__isnull", False)),
                    _connector="OR",
                ),
                name="clawback_report_pair",
            ),
        ),
    ]
