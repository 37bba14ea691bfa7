"""A request whose match was cancelled or released has ended, so that the same can be asked for again."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
UPDATE vouchers_quoterequest r SET status = 'MATCH_ENDED', updated_at = now(), version = r.version + 1
FROM vouchers_quote q JOIN vouchers_match m ON m.quote_id = q.id
WHERE q.request_id = r.id AND r.status = 'ACCEPTED' AND m.status IN ('CANCELLED', 'RELEASED')
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0088_final_quotes_decided")]
    operations: ClassVar = [
        migrations.AlterField(
            "quoterequest",
            "status",
            models.CharField(
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
                    ("MATCH_ENDED", "Accepted, the match ended"),
                ],
                default="SENT",
                max_length=22,
            ),
        ),
        migrations.RunSQL(FORWARD, "UPDATE vouchers_quoterequest SET status = 'ACCEPTED' WHERE status = 'MATCH_ENDED'"),
    ]
