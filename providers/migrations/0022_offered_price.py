"""The least price of an offer that stands is shown where datasets are listed."""

from typing import ClassVar

from django.db import migrations

from portal.kit.won import WonField


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0021_lines_mark_their_offer")]
    operations: ClassVar = [migrations.AddField("dataset", "from_won", WonField(blank=True, editable=False, null=True))]
