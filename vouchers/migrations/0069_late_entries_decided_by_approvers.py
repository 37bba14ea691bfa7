"""An officer proposes a late entry, an approver decides: what waits for a decision is owed by the approvers from now on."""

from typing import ClassVar

from django.db import migrations

_OWED = "UPDATE journal_duty SET role = '{}' WHERE verb = 'confirm_late_entry' AND role = '{}' AND closed_at IS NULL"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("journal", "0009_notice_calendar"), ("vouchers", "0068_presentations")]
    operations: ClassVar = [
        migrations.AlterModelOptions(
            name="lateentry",
            options={
                "permissions": [
                    ("propose_late_entry", "Propose that a company is let in late, and revoke it"),
                    ("confirm_late_entry", "Decide whether a company is let in late"),
                ],
                "verbose_name": "late entry",
                "verbose_name_plural": "late entries",
            },
        ),
        migrations.RunSQL(
            _OWED.format("MINISTRY_APPROVER", "MINISTRY_OFFICER"), _OWED.format("MINISTRY_OFFICER", "MINISTRY_APPROVER")
        ),
    ]
