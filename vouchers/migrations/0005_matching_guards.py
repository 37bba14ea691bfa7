"""What the database itself guards in matching."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0004_ledger_guards")]
    operations: ClassVar = []
