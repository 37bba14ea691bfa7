"""A request that somebody of the institution opened is seen. One that was asked back about had been opened, of course."""

from typing import ClassVar

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("providers", "0013_import_deaths"),
        ("vouchers", "0082_allocations"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.RemoveConstraint(
            model_name="quoterequest",
            name="quote_request_one_live",
        ),
        migrations.AddField(
            model_name="quoterequest",
            name="viewed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="quoterequest",
            name="status",
            field=models.CharField(
                choices=[
                    ("SENT", "Quote requested"),
                    ("VIEWED", "Seen by the provider"),
                    ("CLARIFYING", "Question to the company"),
                    ("QUOTED", "Quoted"),
                    ("ACCEPTED", "Accepted"),
                    ("DECLINED_BY_PROVIDER", "Declined by the provider"),
                    ("DECLINED_BY_COMPANY", "Declined by the company"),
                    ("EXPIRED", "Expired"),
                    ("WITHDRAWN", "Withdrawn"),
                ],
                default="SENT",
                max_length=22,
            ),
        ),
        migrations.RunSQL(
            "UPDATE vouchers_quoterequest SET viewed_at = updated_at WHERE status = 'CLARIFYING'", migrations.RunSQL.noop
        ),
        migrations.AddConstraint(
            model_name="quoterequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["SENT", "VIEWED", "CLARIFYING", "QUOTED"])),
                fields=("need", "institution", "offer", "dataset"),
                name="quote_request_one_live",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="quoterequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["VIEWED", "CLARIFYING"]), _negated=True),
                    ("viewed_at__isnull", False),
                    _connector="OR",
                ),
                name="quote_request_viewed",
            ),
        ),
    ]
