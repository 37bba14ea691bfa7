from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("vouchers", "0044_completed_when_settled"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accessrequest",
            name="provided_at",
            field=models.DateTimeField(null=True, verbose_name="Data provided at"),
        ),
        migrations.AlterField(
            model_name="accessrequest",
            name="submitted_at",
            field=models.DateTimeField(null=True, verbose_name="Submitted at"),
        ),
        migrations.AlterField(
            model_name="agreement",
            name="status",
            field=models.CharField(
                choices=[
                    ("DRAFTING", "Draft"),
                    ("AWAITING_SIGNATURES", "Waiting for signatures"),
                    ("ACTIVE", "In force"),
                    ("SUSPENDED", "Agreement suspended"),
                    ("COMPLETED", "Completed"),
                    ("TERMINATED", "Terminated"),
                ],
                default="DRAFTING",
                max_length=20,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="agreementparty",
            name="signed_at",
            field=models.DateTimeField(null=True, verbose_name="Signed at"),
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
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="application",
            name="submitted_at",
            field=models.DateTimeField(null=True, verbose_name="Submitted at"),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="status",
            field=models.CharField(
                choices=[
                    ("INVITED", "Invited to evaluate"),
                    ("ACCEPTED", "Accepted, no conflict"),
                    ("DECLINED", "Invitation declined"),
                    ("RECUSED", "Recused for a conflict"),
                    ("WITHDRAWN", "Taken back by the officer"),
                    ("SUBMITTED", "Scores handed in"),
                    ("LOCKED", "Locked"),
                ],
                default="INVITED",
                max_length=10,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="assignment",
            name="submitted_at",
            field=models.DateTimeField(null=True, verbose_name="Handed in at"),
        ),
        migrations.AlterField(
            model_name="award",
            name="status",
            field=models.CharField(
                choices=[
                    ("NOTIFIED", "Waiting for the company's answer"),
                    ("ACCEPTED", "Award accepted"),
                    ("DECLINED", "Award declined"),
                    ("LAPSED", "Lapsed without an answer"),
                    ("AGREEMENT_READY", "Agreement drafted"),
                    ("CANCELLED", "Ended before the agreement took force"),
                ],
                default="NOTIFIED",
                max_length=16,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="challenge",
            name="decided_at",
            field=models.DateTimeField(null=True, verbose_name="Decided at"),
        ),
        migrations.AlterField(
            model_name="disbursement",
            name="approved_at",
            field=models.DateTimeField(null=True, verbose_name="Approved at"),
        ),
        migrations.AlterField(
            model_name="disbursement",
            name="checked_at",
            field=models.DateTimeField(null=True, verbose_name="Evidence checked at"),
        ),
        migrations.AlterField(
            model_name="disbursement",
            name="paid_at",
            field=models.DateTimeField(null=True, verbose_name="Paid at"),
        ),
        migrations.AlterField(
            model_name="disbursement",
            name="registered_at",
            field=models.DateTimeField(null=True, verbose_name="Registered for payment at"),
        ),
        migrations.AlterField(
            model_name="milestone",
            name="submitted_at",
            field=models.DateTimeField(null=True, verbose_name="Submitted at"),
        ),
        migrations.AlterField(
            model_name="objection",
            name="decided_at",
            field=models.DateTimeField(null=True, verbose_name="Decided at"),
        ),
        migrations.AlterField(
            model_name="objection",
            name="status",
            field=models.CharField(
                choices=[
                    ("FILED", "Filed"),
                    ("ADMISSIBILITY", "Admissibility under examination"),
                    ("UNDER_REVIEW", "Under review by the reviewer"),
                    ("UPHELD", "Upheld"),
                    ("PARTLY_UPHELD", "Partly upheld"),
                    ("DISMISSED", "Dismissed"),
                    ("REJECTED", "Not admissible"),
                    ("WITHDRAWN", "Withdrawn"),
                ],
                default="FILED",
                max_length=14,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="round",
            name="status",
            field=models.CharField(
                choices=[
                    ("DRAFT", "Draft"),
                    ("REVIEW", "Internal review"),
                    ("ANNOUNCED", "Announced"),
                    ("EVALUATING", "Evaluation"),
                    ("AWARDED", "Selection published"),
                    ("RUNNING", "Projects running"),
                    ("SETTLING", "Settlement"),
                    ("ARCHIVED", "Closed and archived"),
                    ("CANCELLED", "Cancelled"),
                ],
                default="DRAFT",
                max_length=12,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="selectionrun",
            name="confirmed_at",
            field=models.DateTimeField(null=True, verbose_name="Confirmed at"),
        ),
        migrations.AlterField(
            model_name="selectionrun",
            name="status",
            field=models.CharField(
                choices=[
                    ("DRY", "Dry run"),
                    ("PROPOSED", "Proposed"),
                    ("CONFIRMED", "Confirmed and released"),
                    ("DISCARDED", "Discarded"),
                ],
                default="PROPOSED",
                max_length=10,
                verbose_name="State",
            ),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="issued_at",
            field=models.DateTimeField(verbose_name="Issued at"),
        ),
        migrations.AlterField(
            model_name="voucher",
            name="status",
            field=models.CharField(
                choices=[("ISSUED", "Issued"), ("SPENT", "Spent"), ("EXPIRED", "Expired"), ("CANCELLED", "Cancelled")],
                default="ISSUED",
                max_length=10,
                verbose_name="State",
            ),
        ),
    ]
