"""A match remembers whether it took an order of its offer: one that did not gives none back."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
UPDATE vouchers_match m SET order_taken_at = greatest(m.company_confirmed_at, m.provider_confirmed_at)
FROM vouchers_quote q JOIN vouchers_quoterequest r ON r.id = q.request_id JOIN providers_offer o ON o.id = r.offer_id
WHERE q.id = m.quote_id AND m.status = 'CONFIRMED' AND o.capacity IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0099_payment_files_reach"), ("providers", "0016_import_cursor")]
    operations: ClassVar = [
        migrations.AddField("match", "order_taken_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "match",
            models.CheckConstraint(
                condition=models.Q(
                    ("order_taken_at__isnull", True), models.Q(("status", "PROPOSED"), _negated=True), _connector="OR"
                ),
                name="match_order_of_confirmed",
            ),
        ),
    ]
