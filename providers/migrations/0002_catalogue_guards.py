"""Search over Korean and English text: a trigram index. The extension stands in the template database already."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("providers", "0001_initial")]
    operations = [
        migrations.RunSQL(
            """
            CREATE EXTENSION IF NOT EXISTS pg_trgm;
            CREATE INDEX dataset_search_trigram ON providers_dataset USING gin (search_text gin_trgm_ops);
            """,
            "DROP INDEX IF EXISTS dataset_search_trigram;",
        )
    ]
