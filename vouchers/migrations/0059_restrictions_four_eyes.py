"""A restriction counts once somebody else than who entered it confirmed it; a restricted person is recognised by a digest."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0058_rehearsals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="restriction",
            name="decided_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Decided by",
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="entered_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="Entered by",
            ),
        ),
        migrations.AddField(
            model_name="restriction",
            name="person_digest",
            field=models.CharField(blank=True, db_index=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name="restriction",
            name="status",
            field=models.CharField(
                choices=[("ENTERED", "Entered, not confirmed"), ("IN_FORCE", "Counts"), ("REJECTED", "Entered wrongly")],
                default="ENTERED",
                editable=False,
                max_length=8,
                verbose_name="State",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("entered_by__isnull", True),
                    models.Q(("decided_by__isnull", True), ("status", "ENTERED")),
                    models.Q(
                        models.Q(("status", "ENTERED"), _negated=True),
                        ("decided_by__isnull", False),
                        models.Q(("decided_by", models.F("entered_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="restriction_four_eyes",
            ),
        ),
        migrations.RunSQL(  # those entered before count as they did
            "UPDATE vouchers_restriction SET status = 'IN_FORCE' WHERE entered_by_id IS NULL", migrations.RunSQL.noop
        ),
    ]
