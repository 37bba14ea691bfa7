"""The institution's own approver of quotes: a role of providers."""

from typing import ClassVar

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION role_kind(role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'EVALUATOR' THEN 'EVALUATOR'
        WHEN role IN ('REPRESENTATIVE', 'STAFF_MEMBER') THEN 'COMPANY'
        WHEN role IN ('PROVIDER_MANAGER', 'PROVIDER_APPROVER', 'PROVIDER_DRB_SECRETARY', 'IRB_LIAISON', 'DRB_MEMBER') THEN 'PROVIDER'
        ELSE 'STAFF' END
$$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION role_kind(role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN role = 'EVALUATOR' THEN 'EVALUATOR'
        WHEN role IN ('REPRESENTATIVE', 'STAFF_MEMBER') THEN 'COMPANY'
        WHEN role IN ('PROVIDER_MANAGER', 'PROVIDER_DRB_SECRETARY', 'IRB_LIAISON', 'DRB_MEMBER') THEN 'PROVIDER'
        ELSE 'STAFF' END
$$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("accounts", "0005_api_keys"),
    ]

    operations: ClassVar = [
        migrations.RemoveConstraint(
            model_name="rolegrant",
            name="role_grant_has_its_place",
        ),
        migrations.AlterField(
            model_name="rolegrant",
            name="role",
            field=models.CharField(
                choices=[
                    ("REPRESENTATIVE", "Applicant, representative"),
                    ("STAFF_MEMBER", "Applicant, staff"),
                    ("PROVIDER_MANAGER", "Provider manager"),
                    ("PROVIDER_APPROVER", "Provider, agrees to quotes"),
                    ("PROVIDER_DRB_SECRETARY", "Review-board secretary"),
                    ("IRB_LIAISON", "IRB liaison"),
                    ("DRB_MEMBER", "Review-board member"),
                    ("OPERATOR_CASE", "Operating agency, case desk"),
                    ("OPERATOR_FINANCE", "Operating agency, finance"),
                    ("PAYMENT_REGISTRAR", "Payment registrar"),
                    ("EVALUATOR", "Evaluator"),
                    ("MINISTRY_OFFICER", "Ministry case officer"),
                    ("MINISTRY_APPROVER", "Ministry approver"),
                    ("OBJECTION_REVIEWER", "Objection reviewer"),
                    ("AUDITOR", "Auditor"),
                    ("STAT_VIEWER", "Statistics viewer"),
                    ("SYSADMIN", "System administrator"),
                ],
                max_length=24,
                verbose_name="Role",
            ),
        ),
        migrations.AddConstraint(
            model_name="rolegrant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("organisation__isnull", False),
                    models.Q(
                        (
                            "role__in",
                            [
                                "DRB_MEMBER",
                                "IRB_LIAISON",
                                "PROVIDER_APPROVER",
                                "PROVIDER_DRB_SECRETARY",
                                "PROVIDER_MANAGER",
                                "REPRESENTATIVE",
                                "STAFF_MEMBER",
                            ],
                        ),
                        _negated=True,
                    ),
                    _connector="OR",
                ),
                name="role_grant_has_its_place",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
