"""A selected application whose award nobody answered has lapsed; nobody withdrew it. A further application is possible."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0024_companies_one_open_claim"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="application",
            name="application_one_live",
        ),
        migrations.AlterField(
            model_name="application",
            name="status",
            field=models.CharField(
                choices=[
                    ("DRAFT", "Draft"),
                    ("SUBMITTED", "Submitted"),
                    ("ELIGIBILITY_CHECK", "Eligibility check"),
                    ("SUPPLEMENT_REQUESTED", "Supplement requested"),
                    ("ELIGIBLE", "Eligible"),
                    ("INELIGIBLE", "Not eligible"),
                    ("IN_EVALUATION", "In evaluation"),
                    ("SELECTED", "Selected"),
                    ("RESERVE", "Reserve list"),
                    ("NOT_SELECTED", "Not selected"),
                    ("WITHDRAWN", "Withdrawn"),
                    ("LAPSED", "Award lapsed"),
                ],
                default="DRAFT",
                max_length=22,
                verbose_name="Status",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["WITHDRAWN", "INELIGIBLE", "NOT_SELECTED", "LAPSED"]), _negated=True),
                fields=("company", "round", "track"),
                name="application_one_live",
            ),
        ),
    ]
