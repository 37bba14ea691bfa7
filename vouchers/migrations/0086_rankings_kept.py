"""A ranking keeps what it was made from, and neither it nor its facts ever change."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION ranking_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: a ranking stays as it was made', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER matchrun_append_only BEFORE UPDATE OR DELETE ON vouchers_matchrun
    FOR EACH ROW EXECUTE FUNCTION ranking_refuse();
CREATE TRIGGER matchfacts_append_only BEFORE UPDATE OR DELETE ON vouchers_matchfacts
    FOR EACH ROW EXECUTE FUNCTION ranking_refuse();
"""
BACKWARD = """
DROP TRIGGER matchfacts_append_only ON vouchers_matchfacts;
DROP TRIGGER matchrun_append_only ON vouchers_matchrun;
DROP FUNCTION ranking_refuse();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("vouchers", "0085_agreed_within_quotes"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="MatchFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("body", models.JSONField()),
            ],
            options={
                "verbose_name": "facts of rankings",
                "verbose_name_plural": "facts of rankings",
            },
        ),
        migrations.AddField(
            model_name="matchrun",
            name="document",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="matchrun",
            name="facts",
            field=django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list),
        ),
        migrations.AddField(
            model_name="matchrun",
            name="policy",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="matchrun",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
