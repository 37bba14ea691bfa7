"""Whether all named diseases of a dataset are in codes that can be compared; what is there already is read again."""

from typing import Any, ClassVar

from django.db import migrations, models

from providers.catalogue.rules import chapters, comparable, spans


def look_at(apps: Any, schema_editor: Any) -> None:
    for row in apps.get_model("providers", "Dataset").objects.exclude(disease_areas=[]).iterator():
        row.disease_spans, row.disease_chapters = spans(row.disease_areas), chapters(row.disease_areas)
        row.diseases_comparable = comparable(row.disease_areas)
        row.save(update_fields=["disease_spans", "disease_chapters", "diseases_comparable"])


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0016_import_cursor")]
    operations: ClassVar = [
        migrations.AddField("dataset", "diseases_comparable", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(look_at, migrations.RunPython.noop),
    ]
