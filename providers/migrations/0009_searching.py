"""What a search asks: full text in both languages, the named diseases as intervals, and the least lead time of an offer."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

import providers.catalogue.models.columns
from providers.catalogue.rules import chapters, looked_at, spans


def look_at(apps: Any, schema_editor: Any) -> None:
    """What is there already. An institution's names and the words of modalities are part of the old text."""
    for row in apps.get_model("providers", "Dataset").objects.iterator():
        row.search_title = looked_at([row.title_ko, row.title_en])
        row.search_text = looked_at([row.search_text])
        row.disease_spans, row.disease_chapters = spans(row.disease_areas), chapters(row.disease_areas)
        row.save(update_fields=["search_title", "search_text", "disease_spans", "disease_chapters"])


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0008_offers_of_what_is_there")]
    operations: ClassVar = [
        migrations.RunSQL("DROP INDEX IF EXISTS dataset_search_trigram", migrations.RunSQL.noop),
        migrations.AddField(
            "dataset",
            "disease_chapters",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=5), blank=True, default=list, editable=False
            ),
        ),
        migrations.AddField(
            "dataset", "disease_spans", providers.catalogue.models.columns.SpansField(default=tuple, editable=False)
        ),
        migrations.AddField("dataset", "lead_days", models.PositiveSmallIntegerField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "dataset", "search_title", models.TextField(blank=True, editable=False, default=""), preserve_default=False
        ),
        migrations.RunPython(look_at, migrations.RunPython.noop),
        migrations.AddField(
            "dataset",
            "search_vector",
            providers.catalogue.models.columns.StoredField(
                expression=SearchVector("search_title", weight="A", config="english")
                + SearchVector("search_title", weight="A", config="simple")
                + SearchVector("search_text", weight="C", config="english")
                + SearchVector("search_text", weight="C", config="simple"),
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddIndex("dataset", django.contrib.postgres.indexes.GinIndex(fields=["search_vector"], name="dataset_words")),
        migrations.AddIndex(
            "dataset", django.contrib.postgres.indexes.GistIndex(fields=["disease_spans"], name="dataset_diseases")
        ),
    ]
