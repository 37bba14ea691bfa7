"""States and columns of a transfer name no bank: the subsidy network pays too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0123_audit_files_guards"),
    ]

    operations = [
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
                    ("SENT_BACK", "Money came back"),
                    ("CLOSED", "Closed without payment"),
                ],
                default="REQUESTED",
                max_length=18,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="answer",
            field=models.CharField(blank=True, max_length=300, verbose_name="What was answered"),
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="bank_ref",
            field=models.CharField(blank=True, max_length=60, verbose_name="Reference of the transfer"),
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="sent_at",
            field=models.DateTimeField(null=True, verbose_name="Handed over at"),
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="shown_back_at",
            field=models.DateTimeField(null=True, verbose_name="Return shown by the record"),
        ),
        migrations.AlterField(
            model_name="paymentattempt",
            name="state",
            field=models.CharField(
                choices=[
                    ("CLAIMED", "Claimed, not sent yet"),
                    ("SENT", "Sent, no answer yet"),
                    ("UNKNOWN", "Outcome unknown"),
                    ("PAID", "Paid"),
                    ("REFUSED", "Transfer refused"),
                    ("SENT_BACK", "Money came back"),
                    ("PARKED", "Waiting for a person"),
                ],
                default="CLAIMED",
                max_length=10,
                verbose_name="State",
            ),
        ),
    ]
