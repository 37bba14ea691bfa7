"""Words of the ledger in the reader's language (state only)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.clock
import portal.kit.won


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_accounts_guards"),
        ("vouchers", "0016_evaluation_runs_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="account",
            name="balance_won",
            field=portal.kit.won.SignedWonField(default=0, editable=False, verbose_name="Balance"),
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
                ],
                max_length=10,
                verbose_name="Account",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
                verbose_name="Organisation",
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="owner_ref",
            field=models.CharField(max_length=24, verbose_name="Belongs to"),
        ),
        migrations.AlterField(
            model_name="account",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
            ),
        ),
        migrations.AlterField(
            model_name="entry",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="vouchers.account", verbose_name="Account"
            ),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="amount_won",
            field=models.PositiveBigIntegerField(verbose_name="Amount (won)"),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="at",
            field=models.DateTimeField(default=portal.kit.clock.now, verbose_name="When"),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="By whom",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="fiscal_year",
            field=models.PositiveSmallIntegerField(verbose_name="Fiscal year"),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="key",
            field=models.CharField(max_length=120, unique=True, verbose_name="Booked once for"),
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
                ],
                max_length=12,
                verbose_name="Movement",
            ),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="reason",
            field=models.CharField(max_length=300, verbose_name="Reason"),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="vouchers.round", verbose_name="Round"
            ),
        ),
        migrations.AlterField(
            model_name="ledgerevent",
            name="subject_ref",
            field=models.CharField(max_length=24, verbose_name="Concerns"),
        ),
    ]
