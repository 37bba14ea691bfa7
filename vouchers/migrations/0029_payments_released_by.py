"""An attempt at the bank keeps who let it go, and who explained it; a payment of a terminated agreement is closed."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def _person(name: str) -> models.ForeignKey:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name=name,
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0028_selection_reasons_longer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations: ClassVar = [
        migrations.AddField("paymentattempt", "approved_by", _person("Approved by")),
        migrations.AddField("paymentattempt", "registered_by", _person("Registered by")),
        migrations.AddField("paymentattempt", "explained_by", _person("Explained by")),
        migrations.AlterField(
            model_name="disbursement",
            name="status",
            field=models.CharField(
                choices=[
                    ("REQUESTED", "Requested by the provider"),
                    ("COMPANY_CONFIRMED", "Confirmed by the company"),
                    ("EVIDENCE_CHECKED", "Evidence checked"),
                    ("RETURNED", "Returned"),
                    ("APPROVED", "Approved"),
                    ("REGISTERED", "Registered for payment"),
                    ("PAID", "Paid"),
                    ("FAILED", "Transfer failed"),
                    ("SENT_BACK", "Sent back by the bank"),
                    ("CLOSED", "Closed without payment"),
                ],
                default="REQUESTED",
                max_length=18,
                verbose_name="State",
            ),
        ),
    ]
