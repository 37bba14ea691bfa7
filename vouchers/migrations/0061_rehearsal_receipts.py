"""Rehearsals count their receipts by themselves: no number of a real application is taken by a test company."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0060_blind_never_original")]
    operations: ClassVar = [
        migrations.RunSQL("CREATE SEQUENCE vouchers_rehearsal_receipt", "DROP SEQUENCE vouchers_rehearsal_receipt")
    ]
