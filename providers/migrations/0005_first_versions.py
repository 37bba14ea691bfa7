"""What is published already becomes version 1, as it stands: taken over from a source, under DCAT-AP."""

import hashlib
import json
from typing import Any, ClassVar

from django.db import migrations
from django.utils import timezone

LEFT_OUT = {
    "id", "ref", "created_at", "updated_at", "version", "key", "institution", "part_of", "publication", "published_number",
    "published_sha256", "confirmed_at", "search_text",
}  # fmt: skip


def first_versions(apps: Any, schema_editor: Any) -> None:
    dataset, version = apps.get_model("providers", "Dataset"), apps.get_model("providers", "DatasetVersion")
    names = [field.name for field in dataset._meta.concrete_fields if field.name not in LEFT_OUT]
    for row in dataset.objects.filter(publication__in=("PUBLISHED", "PAUSED")).iterator():
        row.profile, row.origin = "DCAT_AP", "SOURCE"
        content = {**{name: getattr(row, name) for name in names}, "variables": []}
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        row.published_number, row.published_sha256 = 1, hashlib.sha256(text.encode()).hexdigest()
        row.confirmed_at = row.updated_at
        version.objects.create(
            dataset=row, number=1, profile=row.profile, content=content, sha256=row.published_sha256, published_at=timezone.now()
        )
        row.save()


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0004_dataset_profile")]
    operations: ClassVar = [migrations.RunPython(first_versions, migrations.RunPython.noop)]
