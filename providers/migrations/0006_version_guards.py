"""Nothing is published without a version, or against its profile; versions are append-only; a published row points to the
version with the hash that it names, at the end of every transaction."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION catalogue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'versions of datasets are append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER datasetversion_immutable BEFORE UPDATE OR DELETE ON providers_datasetversion
    FOR EACH ROW EXECUTE FUNCTION catalogue_refuse_change();
CREATE TRIGGER datasetversion_no_truncate BEFORE TRUNCATE ON providers_datasetversion
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_refuse_change();
ALTER TABLE providers_dataset ADD CONSTRAINT dataset_published_version
    FOREIGN KEY (id, published_number, published_sha256) REFERENCES providers_datasetversion (dataset_id, number, sha256)
    DEFERRABLE INITIALLY DEFERRED;
"""
BACKWARD = """
ALTER TABLE providers_dataset DROP CONSTRAINT dataset_published_version;
DROP TRIGGER datasetversion_no_truncate ON providers_datasetversion;
DROP TRIGGER datasetversion_immutable ON providers_datasetversion;
DROP FUNCTION catalogue_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("providers", "0005_first_versions")]
    operations: ClassVar = [
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "publication__in",
                            (
                                "PUBLISHED",
                                "PAUSED",
                            ),
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Q(("profile", ""), _negated=True),
                        ("published_number__isnull", False),
                        ("published_sha256__regex", "^[0-9a-f]{64}$"),
                    ),
                    _connector="OR",
                ),
                name="dataset_published_has_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "profile__in",
                            (
                                "RESTRICTED",
                                "NON_PUBLIC",
                            ),
                        ),
                        (
                            "publication__in",
                            (
                                "PUBLISHED",
                                "PAUSED",
                            ),
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        models.Q(("access_body", ""), _negated=True),
                        ("structured__isnull", False),
                        models.Q(("theme", []), _negated=True),
                        models.Q(("distributions", []), _negated=True),
                        models.Q(("applicable_legislation", []), _negated=True),
                        models.Q(("health_category", []), _negated=True),
                        models.Q(("title_ko", ""), _negated=True),
                        models.Q(("description_ko", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="dataset_profile_satisfied",
            ),
        ),
        migrations.AddConstraint(
            model_name="dataset",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("origin", "HOLDER"),
                        ("profile", "DCAT_AP"),
                        (
                            "publication__in",
                            (
                                "PUBLISHED",
                                "PAUSED",
                            ),
                        ),
                        _negated=True,
                    ),
                    ("access_rights", "PUBLIC"),
                    _connector="OR",
                ),
                name="dataset_own_profile",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
