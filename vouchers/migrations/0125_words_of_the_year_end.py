"""What lapses with a fiscal year is called so (state only)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.kit.won


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0124_transfers_in_neutral_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="closingline",
            name="fate",
            field=models.CharField(
                choices=[("EXPIRE", "Lapses with the year"), ("CARRY", "Is carried over")],
                max_length=6,
                verbose_name="What becomes of it",
            ),
        ),
        migrations.AlterField(
            model_name="yearclosing",
            name="closed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Year closed by",
            ),
        ),
        migrations.AlterField(
            model_name="yearclosing",
            name="expires_won",
            field=portal.kit.won.WonField(default=0, verbose_name="Lapses with the year"),
        ),
    ]
