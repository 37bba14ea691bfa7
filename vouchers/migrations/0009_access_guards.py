"""What the database itself guards in access."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("vouchers", "0008_agreements_guards")]
    operations: ClassVar = []
